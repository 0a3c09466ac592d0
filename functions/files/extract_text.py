"""SQS ExtractionQueue: takes the text out of a file, or brings citations of a text up to date."""

from typing import Any

from lms import batches
from lms.ai import editions
from lms.config import settings
from lms.files import extracting

from aws_lambda_powertools.utilities.typing import LambdaContext
from bson import ObjectId

_WAIT_SECONDS = 15


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return batches.process(event, context, settings().extraction_queue_url, _see_to, lambda *_: _WAIT_SECONDS)


def _see_to(message: dict[str, Any], seconds_left: batches.SecondsLeft) -> None:
    if "source_id" in message:
        editions.settle(ObjectId(message["source_id"]), seconds_left)
    else:
        extracting.extract(ObjectId(message["file_id"]), seconds_left)
