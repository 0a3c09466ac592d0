"""A queue's worker: runs one step of a job per message; a failed one comes again, later each time."""

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from bson import ObjectId

from lms import mongo, queues
from lms.jobs import steps
from lms.metrics import metrics
from lms.telemetry import logger

_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def run_steps(event: dict[str, Any], context: LambdaContext, kinds: steps.Kinds, queue_url: str) -> dict[str, Any]:
    """The answer to an SQS event of the queue that holds the steps of these kinds."""

    def remaining_seconds() -> float:
        return context.get_remaining_time_in_millis() / 1000

    def handle(record: SQSRecord) -> None:
        logger.set_correlation_id(record.message_id)
        try:
            message = json.loads(record.body)
            logger.set_correlation_id(str(message["job_id"]))
            with mongo.deadline(remaining_seconds(), longest=900):
                steps.run(kinds, ObjectId(message["job_id"]), str(message["step"]), remaining_seconds)
        except Exception as error:
            logger.exception("step did not finish", message_id=record.message_id)
            wait = steps.wait_seconds(int(record.attributes.approximate_receive_count), error)
            queues.postpone(queue_url, record.receipt_handle, wait)
            raise

    answer = dict(process_partial_response(event, handle, _processor, context))
    if metrics.metric_set:
        metrics.flush_metrics()
    return answer
