"""Every minute: hands in the attempts whose time is up, with what was saved."""

from typing import Any

from lms import clock, mongo
from lms.attempts import finishing
from lms.telemetry import logger

from aws_lambda_powertools.utilities.typing import LambdaContext

_BATCH = 500


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    logger.set_correlation_id(context.aws_request_id)
    with mongo.deadline(context.get_remaining_time_in_millis() / 1000, longest=900):
        return {"closed": finishing.close_overdue(clock.now(), _BATCH)}
