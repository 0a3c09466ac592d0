"""Every minute: allocates peer reviews that begin, for works that came late, and in place of what was missed."""

from typing import Any

from lms import clock, mongo
from lms.reviews import rounds
from lms.telemetry import logger

from aws_lambda_powertools.utilities.typing import LambdaContext

_BATCH = 100


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    logger.set_correlation_id(context.aws_request_id)
    with mongo.deadline(context.get_remaining_time_in_millis() / 1000, longest=900):
        return {"looked_at": rounds.look(clock.now(), _BATCH)}
