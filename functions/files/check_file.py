"""SQS FileChecksQueue: checks an upload that the bucket tells of, and keeps it or holds it back."""

from typing import Any
from urllib.parse import unquote_plus

from lms import batches
from lms.config import settings
from lms.files import checking
from lms.metrics import count

from aws_lambda_powertools.utilities.typing import LambdaContext

_FIRST_WAIT, _LONGEST_WAIT = 15, 600


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return batches.process(event, context, settings().file_checks_queue_url, _check, _wait_seconds)


def _check(message: dict[str, Any], seconds_left: batches.SecondsLeft) -> None:
    # The bucket's first message is a test and holds no records.
    for record in message.get("Records", []):
        checking.check(unquote_plus(record["s3"]["object"]["key"]), seconds_left)


def _wait_seconds(received: int, _: Exception) -> int:
    """After the last time the message goes to the dead letters, whose alarm tells of it."""
    count("FileChecksPostponed")
    return min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (received - 1))
