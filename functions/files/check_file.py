"""SQS FileChecksQueue: checks an upload that the bucket tells of, and keeps it or holds it back."""

import json
from typing import Any
from urllib.parse import unquote_plus

from lms import mongo, queues
from lms.config import settings
from lms.files import checking, malware
from lms.metrics import count, metrics
from lms.telemetry import logger

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
_FIRST_WAIT, _LONGEST_WAIT = 15, 600


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    def seconds_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    def handle(record: SQSRecord) -> None:
        logger.set_correlation_id(record.message_id)
        try:
            # The bucket's first message is a test and holds no records.
            for each in json.loads(record.body).get("Records", []):
                checking.check(unquote_plus(each["s3"]["object"]["key"]), seconds_left)
        except malware.Awaited:
            _postpone(record)
            raise
        except Exception:
            logger.exception("a check did not finish", message_id=record.message_id)
            _postpone(record)
            raise

    with mongo.deadline(seconds_left(), longest=900):
        answer = dict(process_partial_response(event, handle, _processor, context))
    if metrics.metric_set:
        metrics.flush_metrics()
    return answer


def _postpone(record: SQSRecord) -> None:
    """Later each time; the last time the message goes to the dead letters, whose alarm tells of it."""
    count("FileChecksPostponed")
    received = int(record.attributes.approximate_receive_count)
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (received - 1))
    queues.postpone(settings().file_checks_queue_url, record.receipt_handle, wait)
