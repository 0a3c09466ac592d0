"""An SQS event's way through a worker: each message by itself; one that fails comes again, later each time."""

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from lms import mongo, queues
from lms.metrics import metrics
from lms.telemetry import logger

SecondsLeft = Callable[[], float]
"""What remains of the invocation."""

Handle = Callable[[Any, SecondsLeft], None]
"""Takes a message's JSON; what it raises lets the message come again."""

Wait = Callable[[int, Exception], int]
"""The seconds until then, by how often the message was received and what was raised."""


class Awaited(Exception):
    """Nothing failed: what the message needs is not there yet."""


_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def process(
    event: dict[str, Any], context: LambdaContext, queue_url: str, handle: Handle, wait: Wait
) -> dict[str, Any]:
    """The answer to an SQS event of this queue: the messages that are not done."""

    def seconds_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    def handle_record(record: SQSRecord) -> None:
        logger.set_correlation_id(record.message_id)
        try:
            with mongo.deadline(seconds_left(), longest=900):
                handle(json.loads(record.body), seconds_left)
        except Exception as error:
            if not isinstance(error, Awaited):
                logger.exception("a message was not seen to", message_id=record.message_id)
            received = int(record.attributes.approximate_receive_count)
            queues.postpone(queue_url, record.receipt_handle, wait(received, error))
            raise

    answer = dict(process_partial_response(event, handle_record, _processor, context))
    if metrics.metric_set:
        metrics.flush_metrics()
    return answer
