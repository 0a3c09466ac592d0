"""Every minute: sends again the steps that a crash left unsent, unclaimed or unfinished, and counts lost calls."""

from typing import Any

from lms import mongo
from lms.ai import metering
from lms.jobs import dispatch
from lms.telemetry import logger

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    logger.set_correlation_id(context.aws_request_id)
    with mongo.deadline(context.get_remaining_time_in_millis() / 1000):
        return {"sent": dispatch.sweep(), "presumed": metering.presume_lost()}
