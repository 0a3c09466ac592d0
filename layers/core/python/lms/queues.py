"""SQS: send messages; the client is made at first use."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from lms import aws

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10


@cache
def sqs() -> "SQSClient":
    # A queue that hangs must not outlast the request: what is not sent now, a schedule sends within a minute.
    made: SQSClient = aws.client("sqs", seconds=2)
    return made


def postpone(queue_url: str, receipt_handle: str, seconds: int) -> None:
    """Let a received message come again after this many seconds."""
    sqs().change_message_visibility(QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds)


def send(queue_url: str, messages: Sequence[Mapping[str, Any]]) -> None:
    """Send JSON messages, ten a call. Raise when any was not taken: the caller's relay repeats it."""
    for start in range(0, len(messages), _BATCH):
        answer = sqs().send_message_batch(
            QueueUrl=queue_url,
            Entries=[
                {"Id": str(index), "MessageBody": json.dumps(message)}
                for index, message in enumerate(messages[start : start + _BATCH])
            ],
        )
        if failed := answer.get("Failed"):
            raise RuntimeError(f"{len(failed)} messages were not taken: {failed[0].get('Code')}")
