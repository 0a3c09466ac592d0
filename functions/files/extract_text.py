"""SQS ExtractionQueue: takes the text out of a file, or brings citations of a text up to date."""

import json
from typing import Any

from lms import mongo, queues
from lms.ai import editions
from lms.config import settings
from lms.files import extracting
from lms.metrics import metrics
from lms.telemetry import logger

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from bson import ObjectId

_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
_WAIT = 15


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    def seconds_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    def handle(record: SQSRecord) -> None:
        logger.set_correlation_id(record.message_id)
        try:
            message = json.loads(record.body)
            if "source_id" in message:
                editions.settle(ObjectId(message["source_id"]), seconds_left)
            else:
                extracting.extract(ObjectId(message["file_id"]), seconds_left)
        except Exception:
            logger.exception("a text was not seen to", message_id=record.message_id)
            queues.postpone(settings().extraction_queue_url, record.receipt_handle, _WAIT)
            raise

    with mongo.deadline(seconds_left(), longest=900):
        answer = dict(process_partial_response(event, handle, _processor, context))
    if metrics.metric_set:
        metrics.flush_metrics()
    return answer
