"""SQS EventsQueue and every minute: stamps waiting events with their place in the log."""

from typing import Any

from lms import events, mongo
from lms.telemetry import logger

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    stamped = 0
    logger.set_correlation_id(context.aws_request_id)
    with mongo.deadline(context.get_remaining_time_in_millis() / 1000):
        while True:
            count = events.relay()
            stamped += count
            if count < events.BATCH:
                return {"stamped": stamped}
