"""Every minute: sends again the steps that a crash left unsent, unclaimed or unfinished."""

from typing import Any

from lms import mongo
from lms.jobs import dispatch
from lms.telemetry import logger

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    logger.set_correlation_id(context.aws_request_id)
    with mongo.deadline(context.get_remaining_time_in_millis() / 1000):
        return {"sent": dispatch.sweep()}
