"""Every minute: ends uploads that never came, asks again for what was lost on the way, removes what is over, and
has citations of texts that changed brought up to date."""

from typing import Any

from lms import mongo
from lms.ai import editions
from lms.files import sweeping
from lms.telemetry import logger

from aws_lambda_powertools.utilities.typing import LambdaContext

_BATCH = 100


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    logger.set_correlation_id(context.aws_request_id)
    with mongo.deadline(context.get_remaining_time_in_millis() / 1000, longest=900):
        return {"seen_to": sweeping.sweep(_BATCH), "sources": editions.sweep(_BATCH)}
