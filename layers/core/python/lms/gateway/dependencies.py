"""What the functions stand on, and how to ask each whether it answers."""

import http.client
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pymongo
from pydantic_core import from_json

from lms import aws, mongo, queues
from lms.config import settings
from lms.notifications import table
from lms.telemetry import logger

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAMES = ("mongodb", "sqs", "s3", "dynamodb", "mail", "push", "ai")

_PING_SECONDS = 1.0
_GEMINI = "https://generativelanguage.googleapis.com"


class Struggling(Exception):
    """It answers, and says that it is not well."""


@dataclass(frozen=True)
class Reply:
    """``latency_ms`` and ``value`` are None where there was no answer in time."""

    value: Any = None
    latency_ms: float | None = None
    struggling: bool = False


Question = Callable[[], Any]


def pings() -> dict[str, Question]:
    """By name, one for each dependency that this deployment is configured to use.

    The clients are made here: botocore's session is no place for two threads, and an answer's time is not theirs.
    """
    configured = settings()
    found: dict[str, Question] = {"mongodb": ping_mongodb, "ai": _ping_ai}
    if url := configured.ai_queue_url:
        found["sqs"] = partial(queues.sqs().get_queue_attributes, QueueUrl=url)
    if name := configured.connections_table:
        found["dynamodb"] = partial(table.dynamodb().describe_table, TableName=name)
    if bucket := configured.files_bucket:
        found["s3"] = partial(_s3().head_bucket, Bucket=bucket)
    return found


@cache
def _s3() -> "S3Client":
    made: S3Client = aws.client("s3", seconds=1)
    return made


def ping_mongodb() -> None:
    """Raise PyMongoError where MongoDB takes no command within a second."""
    with pymongo.timeout(_PING_SECONDS):
        mongo.database().command("ping")


def _ping_ai() -> None:
    """The grounded provider is built in; of Gemini it is enough that its server answers, without a key."""
    if not settings().gemini_api_key_parameter:
        return
    base = urlsplit(settings().gemini_base_url or _GEMINI)
    connect = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
    connection = connect(base.netloc, timeout=_PING_SECONDS)
    try:
        connection.request("GET", "/")
        if connection.getresponse().status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Struggling()
    finally:
        connection.close()


def dead_letters(queue_url: str) -> int:
    """How many messages wait in a queue's dead-letter queue."""
    sqs = queues.sqs()
    policy = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"])
    arn = from_json(policy["Attributes"]["RedrivePolicy"])["deadLetterTargetArn"]
    depth = sqs.get_queue_attributes(
        QueueUrl=f"{queue_url.rpartition('/')[0]}/{arn.rpartition(':')[2]}",
        AttributeNames=["ApproximateNumberOfMessages"],
    )
    return int(depth["Attributes"]["ApproximateNumberOfMessages"])


def ask(questions: Mapping[str, Question], seconds: float) -> dict[str, Reply]:
    """Ask all at once; who has not answered after ``seconds`` is left alone."""
    pool = ThreadPoolExecutor(max(1, len(questions)))
    running = {name: pool.submit(_timed, question) for name, question in questions.items()}
    wait(running.values(), timeout=seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    return {name: _reply(name, future) for name, future in running.items()}


def _timed(question: Question) -> Reply:
    before = time.perf_counter()
    value, struggling = None, False
    try:
        value = question()
    except Struggling:
        struggling = True
    return Reply(value, round((time.perf_counter() - before) * 1000, 1), struggling)


def _reply(name: str, future: "Future[Reply]") -> Reply:
    if not future.done():
        logger.warning("no answer in time", extra={"asked": name})
        return Reply()
    if error := future.exception():
        logger.warning("no answer", extra={"asked": name, "reason": repr(error)})
        return Reply()
    return future.result()
