"""SQS event source mappings and S3 notifications: messages become invocations, as Lambda's pollers do it."""

import base64
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.cloud import client, notification_queue
from infra.local.deployment import Deployment, FunctionSpec, QueueSource, queue_url
from infra.local.template import ACCOUNT, REGION

Message = dict[str, Any]
Rearrange = Callable[[list[Message]], list[list[Message]]]

_log = logging.getLogger(__name__)
_LONG_POLL_SECONDS = 5
_RECEIVE_LIMIT = 10
# Lambda gives an asynchronous event up after two retries.
_ASYNCHRONOUS_ATTEMPTS = 3
_MULTIPART_ETAG = re.compile(r"-\d+$")


class Invoker(Protocol):
    """What runs a function: infra.local.workers.Workers."""

    def invoke(
        self, handler: str, event: Mapping[str, Any], *, timeout: float, function_name: str, memory: int
    ) -> Any:
        """Run to the end and return the result; raises when the function fails."""
        ...


def invoke(workers: Invoker, function: FunctionSpec, event: Mapping[str, Any]) -> Any:
    """Invoke a deployed function; raises when it fails."""
    return workers.invoke(
        function.handler,
        event,
        timeout=function.timeout,
        function_name=function.logical_id,
        memory=function.memory,
    )


class EventSources:
    """Polls the queues of all enabled mappings and bucket notifications.

    At most `concurrency` batches are in flight over all queues. `rearrange` turns one received batch into the
    batches to invoke with; fault tests pass one that repeats and shuffles.
    """

    def __init__(
        self,
        deployment: Deployment,
        workers: Invoker,
        *,
        concurrency: int,
        rearrange: Rearrange = lambda batch: [batch],
    ) -> None:
        self.rearrange = rearrange
        self._stopping = threading.Event()
        sqs = client("sqs", deployment.endpoint)
        slots = threading.BoundedSemaphore(concurrency)

        def poller(source: QueueSource, handle: Callable[[list[Message]], list[Message]]) -> _Poller:
            return _Poller(sqs, source, handle, slots, concurrency, self._stopping)

        self._pollers = [
            poller(source, self._each_arrangement(_mapped(workers, function, source)))
            for function in deployment.functions.values()
            for source in function.queues
            if source.enabled
        ] + [
            poller(_notifications(function), _notified(workers, function))
            for function in deployment.functions.values()
            if function.buckets
        ]

    def start(self) -> None:
        """Begin polling, one thread per queue."""
        self._stopping.clear()
        self._threads = [
            threading.Thread(target=poller.run, name=f"poll {poller.name}", daemon=True) for poller in self._pollers
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take no further messages. What is in flight ends with the workers."""
        self._stopping.set()

    def pause(self) -> None:
        """Stop, and return once no poll is under way, so that no message is received any more; `start` resumes."""
        self.stop()
        for thread in self._threads:
            thread.join()

    def _each_arrangement(
        self, handle: Callable[[list[Message]], list[Message]]
    ) -> Callable[[list[Message]], list[Message]]:
        def run(batch: list[Message]) -> list[Message]:
            return [done for arranged in self.rearrange(batch) for done in handle(arranged)]

        return run


class _Poller:
    """Long-polls one queue, hands batches to `handle` and deletes the messages that it returns."""

    def __init__(
        self,
        sqs: Any,
        source: QueueSource,
        handle: Callable[[list[Message]], list[Message]],
        slots: threading.BoundedSemaphore,
        concurrency: int,
        stopping: threading.Event,
    ) -> None:
        self.name = source.queue_url.rsplit("/", 1)[-1]
        self._sqs = sqs
        self._source = source
        self._handle = handle
        self._slots = slots
        self._own_slots = threading.BoundedSemaphore(source.maximum_concurrency or concurrency)
        self._stopping = stopping

    def run(self) -> None:
        """Poll until stopped."""
        while not self._stopping.is_set():
            self._own_slots.acquire()
            batch = self._batch()
            if not batch or self._stopping.is_set():
                self._own_slots.release()
                continue
            self._slots.acquire()
            threading.Thread(target=self._process, args=[batch], daemon=True).start()

    def _batch(self) -> list[Message]:
        batch = self._receive(self._source.batch_size, _LONG_POLL_SECONDS)
        closes_at = time.monotonic() + self._source.window_seconds
        while batch and len(batch) < self._source.batch_size and not self._stopping.is_set():
            left = closes_at - time.monotonic()
            if left <= 0:
                break
            # Long polls come in whole seconds; the last part of a second is waited out, then looked at once.
            if left < 1:
                self._stopping.wait(left)
            more = self._receive(self._source.batch_size - len(batch), min(int(left), _LONG_POLL_SECONDS))
            batch += more
        return batch

    def _receive(self, limit: int, wait_seconds: int) -> list[Message]:
        try:
            answer = self._sqs.receive_message(
                QueueUrl=self._source.queue_url,
                MaxNumberOfMessages=min(limit, _RECEIVE_LIMIT),
                WaitTimeSeconds=wait_seconds,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        except (BotoCoreError, ClientError) as error:
            if not self._stopping.wait(1):
                _log.warning("cannot receive from %s: %s", self.name, error)
            return []
        messages: list[Message] = answer.get("Messages", [])
        return messages

    def _process(self, batch: list[Message]) -> None:
        try:
            self._delete(self._handle(batch))
        except Exception:
            # Whatever went wrong, the messages come back after their visibility timeout, as in Lambda.
            if not self._stopping.is_set():
                _log.exception("a batch of %d from %s failed", len(batch), self.name)
        finally:
            self._slots.release()
            self._own_slots.release()

    def _delete(self, done: Sequence[Message]) -> None:
        handles = {message["MessageId"]: message["ReceiptHandle"] for message in done}
        entries = [{"Id": message_id, "ReceiptHandle": handle} for message_id, handle in handles.items()]
        for start in range(0, len(entries), _RECEIVE_LIMIT):
            self._sqs.delete_message_batch(
                QueueUrl=self._source.queue_url, Entries=entries[start : start + _RECEIVE_LIMIT]
            )


def _mapped(
    workers: Invoker, function: FunctionSpec, source: QueueSource
) -> Callable[[list[Message]], list[Message]]:
    def handle(batch: list[Message]) -> list[Message]:
        event = {"Records": [sqs_record(message, source.queue_arn) for message in batch]}
        result = invoke(workers, function, event)
        return succeeded(batch, result) if source.report_batch_item_failures else batch

    return handle


def succeeded(batch: Sequence[Message], result: Any) -> list[Message]:
    """The messages that a ReportBatchItemFailures answer does not name; none when it is malformed.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    if result is None or result == {}:
        return list(batch)
    if not isinstance(result, dict):
        return []
    failures = result.get("batchItemFailures")
    if failures is None:
        return list(batch)
    known = {message["MessageId"] for message in batch}
    try:
        failed = {failure["itemIdentifier"] for failure in failures}
    except (TypeError, KeyError):
        return []
    if not failed <= known:
        return []
    return [message for message in batch if message["MessageId"] not in failed]


def sqs_record(message: Message, queue_arn: str) -> dict[str, Any]:
    """One record of the event that Lambda makes of an SQS message."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: _message_attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }
    if "MD5OfMessageAttributes" in message:
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def _message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    attribute: dict[str, Any] = {
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        attribute["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return attribute


def _notifications(function: FunctionSpec) -> QueueSource:
    name = notification_queue(function)
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    return QueueSource(queue_arn=arn, queue_url=queue_url(name), batch_size=1)


def _notified(workers: Invoker, function: FunctionSpec) -> Callable[[list[Message]], list[Message]]:
    def handle(batch: list[Message]) -> list[Message]:
        (message,) = batch
        event = s3_event(json.loads(message["Body"]))
        if event is None:
            return batch
        try:
            invoke(workers, function, event)
        except Exception:
            if int(message["Attributes"]["ApproximateReceiveCount"]) < _ASYNCHRONOUS_ATTEMPTS:
                raise
            _log.exception("%s failed %d times; its event is dropped", function.name, _ASYNCHRONOUS_ATTEMPTS)
        return batch

    return handle


def s3_event(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """moto's notification as S3 writes it; None for what S3 would not send a function: the test event, and
    the Put that moto sends beside CompleteMultipartUpload."""
    records = []
    for record in body.get("Records", []):
        stored = record["s3"]["object"]
        if record["eventName"] == "ObjectCreated:Put" and _MULTIPART_ETAG.search(stored.get("eTag", "")):
            continue
        # S3 leaves the slashes of a key as they are.
        key = stored["key"].replace("%2F", "/")
        records.append({**record, "s3": {**record["s3"], "object": {**stored, "key": key}}})
    return {"Records": records} if records else None
