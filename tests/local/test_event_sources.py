"""Queues, bucket notifications and schedules drive functions as Lambda's pollers do."""

import json
import textwrap
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from queue import Empty, Queue
from typing import Any

import pytest

from infra.local.aws import Aws
from infra.local.clock import Clock
from infra.local.cloud import Settings, client, deploy, notification_queue
from infra.local.deployment import Deployment, FunctionSpec, QueueSource, ScheduleSource
from infra.local.event_sources import EventSources, Rearrange, succeeded
from infra.local.schedule_expressions import ScheduleExpressionError, next_firing
from infra.local.schedules import Schedules, scheduled_event

Event = Mapping[str, Any]
Answer = Callable[[Event], Any]


@dataclass
class Recorder:
    """Stands where the workers stand: notes each invocation and answers as told."""

    answer: Answer = lambda event: None
    calls: Queue[tuple[str, Event]] = field(default_factory=Queue)

    def invoke(self, handler: str, event: Event, *, timeout: float, function_name: str, memory: int = 512) -> Any:
        self.calls.put((handler, event))
        return self.answer(event)

    def next(self) -> Event:
        return self.calls.get(timeout=20)[1]

    def next_bodies(self) -> list[str]:
        return bodies(self.next())


class Failure(Exception):
    """A handler's exception."""


@dataclass
class Queues:
    """Makes queues, runs event sources on them, and stops these at the end."""

    endpoint: str
    running: list[EventSources] = field(default_factory=list)

    @property
    def sqs(self) -> Any:
        return client("sqs", self.endpoint)

    def make(self, *, visibility: int = 30, dead_letters: str = "", attempts: int = 3) -> str:
        attributes = {"VisibilityTimeout": str(visibility)}
        if dead_letters:
            policy = {"deadLetterTargetArn": arn(dead_letters), "maxReceiveCount": attempts}
            attributes["RedrivePolicy"] = json.dumps(policy)
        name = f"queue-{uuid.uuid4().hex}"
        self.sqs.create_queue(QueueName=name, Attributes=attributes)
        return f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}"

    def send(self, url: str, *texts: str) -> None:
        for text in texts:
            self.sqs.send_message(QueueUrl=url, MessageBody=text)

    def left(self, url: str) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return sum(int(attributes[f"ApproximateNumberOfMessages{kind}"]) for kind in ("", "NotVisible", "Delayed"))

    def serve(
        self,
        workers: Recorder,
        *sources: QueueSource,
        concurrency: int = 8,
        rearrange: Rearrange = lambda batch: [batch],
    ) -> None:
        function = FunctionSpec("WorkFunction", "ai.work.lambda_handler", queues=sources)
        self.run(workers, Deployment(self.endpoint, {}, {"WorkFunction": function}), concurrency, rearrange)

    def run(
        self,
        workers: Recorder,
        deployment: Deployment,
        concurrency: int = 8,
        rearrange: Rearrange = lambda batch: [batch],
    ) -> None:
        sources = EventSources(deployment, workers, concurrency=concurrency, rearrange=rearrange)
        sources.start()
        self.running.append(sources)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    server = Aws(tmp_path_factory.mktemp("state"))
    server.start()
    server.wait()
    yield server
    server.stop()


@pytest.fixture
def queues(aws: Aws) -> Iterator[Queues]:
    made = Queues(aws.endpoint)
    yield made
    for sources in made.running:
        sources.stop()


def arn(url: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{url.rsplit('/', 1)[-1]}"


def source(url: str, **settings: Any) -> QueueSource:
    return QueueSource(**{"queue_arn": arn(url), "queue_url": url, "batch_size": 1, **settings})


def bodies(event: Event) -> list[str]:
    return [record["body"] for record in event["Records"]]


def eventually(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


# ---------------------------------------------------------------- queues


def test_a_message_becomes_lambdas_event_and_is_deleted(queues: Queues) -> None:
    url, workers = queues.make(), Recorder()
    queues.sqs.send_message(
        QueueUrl=url,
        MessageBody='{"job": 1}',
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "lesson"},
            "blob": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
        },
    )
    queues.serve(workers, source(url))
    handler, event = workers.calls.get(timeout=20)
    (record,) = event["Records"]
    assert handler == "ai.work.lambda_handler"
    assert (record["body"], record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == (
        '{"job": 1}',
        "aws:sqs",
        arn(url),
        "us-east-1",
    )
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"} <= set(record["attributes"])
    assert {"messageId", "receiptHandle", "md5OfBody", "md5OfMessageAttributes"} <= set(record)
    assert record["messageAttributes"]["kind"] == {
        "stringValue": "lesson",
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": "String",
    }
    assert record["messageAttributes"]["blob"]["binaryValue"] == "AAE="
    json.dumps(event)
    eventually(lambda: queues.left(url) == 0)


def test_batches_are_no_larger_than_the_batch_size(queues: Queues) -> None:
    url, workers = queues.make(), Recorder()
    texts = [str(number) for number in range(7)]
    queues.send(url, *texts)
    queues.serve(workers, source(url, batch_size=3))
    batches: list[list[str]] = []
    while sum(map(len, batches)) < 7:
        batches.append(workers.next_bodies())
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert Counter(text for batch in batches for text in batch) == Counter(texts)


def test_a_window_gathers_a_batch_until_it_is_full(queues: Queues) -> None:
    url, workers = queues.make(), Recorder()
    queues.serve(workers, source(url, batch_size=12, window_seconds=60))
    texts = [str(number) for number in range(12)]
    queues.send(url, *texts)
    assert sorted(workers.next_bodies()) == sorted(texts)


def test_a_window_closes_on_what_there_is(queues: Queues) -> None:
    url, workers = queues.make(), Recorder()
    queues.send(url, "first")
    began = time.monotonic()
    queues.serve(workers, source(url, batch_size=10, window_seconds=1.5))
    queues.send(url, "second")
    assert sorted(workers.next_bodies()) == ["first", "second"]
    assert time.monotonic() - began >= 1.5


def test_a_failed_batch_comes_back_whole_and_ends_in_the_dead_letter_queue(queues: Queues) -> None:
    def fail(event: Event) -> None:
        raise Failure

    dead = queues.make()
    url = queues.make(visibility=1, dead_letters=dead, attempts=2)
    workers = Recorder(fail)
    queues.send(url, "poison", "beside it")
    queues.serve(workers, source(url, batch_size=2))
    eventually(lambda: queues.left(dead) == 2 and queues.left(url) == 0)
    deliveries = Counter(text for _, event in workers.calls.queue for text in bodies(event))
    assert deliveries == {"poison": 2, "beside it": 2}


def test_only_the_failed_items_of_a_batch_come_back(queues: Queues) -> None:
    def fail_poison(event: Event) -> Any:
        failed = [record["messageId"] for record in event["Records"] if record["body"] == "poison"]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    dead = queues.make()
    url = queues.make(visibility=1, dead_letters=dead, attempts=3)
    workers = Recorder(fail_poison)
    queues.send(url, "good", "poison", "fine")
    queues.serve(workers, source(url, batch_size=3, report_batch_item_failures=True))
    eventually(lambda: queues.left(dead) == 1 and queues.left(url) == 0)
    deliveries = Counter(text for _, event in workers.calls.queue for text in bodies(event))
    assert deliveries == {"good": 1, "fine": 1, "poison": 3}


def test_without_report_batch_item_failures_the_answer_says_nothing(queues: Queues) -> None:
    url = queues.make(visibility=1)
    workers = Recorder(lambda event: {"batchItemFailures": [{"itemIdentifier": "x"}]})
    queues.send(url, "done")
    queues.serve(workers, source(url))
    eventually(lambda: queues.left(url) == 0)
    assert workers.calls.qsize() == 1


BATCH = [{"MessageId": "a"}, {"MessageId": "b"}]


@pytest.mark.parametrize(
    ("answer", "deleted"),
    [
        (None, "ab"),
        ({}, "ab"),
        ({"batchItemFailures": None}, "ab"),
        ({"batchItemFailures": []}, "ab"),
        ({"batchItemFailures": [{"itemIdentifier": "a"}]}, "b"),
        ({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}, ""),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, ""),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, ""),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, ""),
        ({"batchItemFailures": [{"messageId": "a"}]}, ""),
        ({"batchItemFailures": "a"}, ""),
        ("done", ""),
    ],
)
def test_what_an_answer_deletes(answer: Any, deleted: str) -> None:
    assert "".join(message["MessageId"] for message in succeeded(BATCH, answer)) == deleted


class Meeting:
    """An answer that holds every invocation until `release`; `full` when `size` of them are held at once."""

    def __init__(self, size: int) -> None:
        self.full, self.release = threading.Event(), threading.Event()
        self.peak = 0
        self._size = size
        self._running = 0
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self._lock:
            self._running += 1
            self.peak = max(self.peak, self._running)
            if self._running == self._size:
                self.full.set()
        self.release.wait(timeout=20)
        with self._lock:
            self._running -= 1


def test_several_batches_are_in_flight_up_to_the_mappings_maximum(queues: Queues) -> None:
    url, meeting = queues.make(), Meeting(2)
    queues.send(url, *"abcdef")
    queues.serve(Recorder(meeting), source(url, maximum_concurrency=2))
    assert meeting.full.wait(timeout=20)
    give_one_too_many_its_chance(queues)
    meeting.release.set()
    eventually(lambda: queues.left(url) == 0)
    assert meeting.peak == 2


def test_all_queues_together_stay_under_the_stacks_concurrency(queues: Queues) -> None:
    urls, meeting = [queues.make(), queues.make()], Meeting(3)
    for url in urls:
        queues.send(url, *"abc")
    queues.serve(Recorder(meeting), *map(source, urls), concurrency=3)
    assert meeting.full.wait(timeout=20)
    give_one_too_many_its_chance(queues)
    meeting.release.set()
    eventually(lambda: sum(map(queues.left, urls)) == 0)
    assert meeting.peak == 3


def give_one_too_many_its_chance(queues: Queues) -> None:
    """Take as long as a poller needs for several messages."""
    other = queues.make()
    for text in "abcdefghij":
        queues.send(other, text)


def test_a_disabled_mapping_takes_nothing(queues: Queues) -> None:
    off, on, workers = queues.make(), queues.make(), Recorder()
    queues.send(off, "untouched")
    queues.serve(workers, source(off, enabled=False), source(on))
    queues.send(on, "taken")
    assert workers.next_bodies() == ["taken"]
    eventually(lambda: queues.left(on) == 0)
    assert queues.left(off) == 1
    assert workers.calls.empty()


def test_a_rearranged_batch_is_delivered_as_arranged(queues: Queues) -> None:
    url, workers = queues.make(), Recorder()
    queues.send(url, "one", "two")
    queues.serve(workers, source(url, batch_size=2), rearrange=lambda batch: [batch[::-1], batch])
    assert [workers.next_bodies(), workers.next_bodies()] == [["two", "one"], ["one", "two"]]
    eventually(lambda: queues.left(url) == 0)


def test_no_message_is_lost_while_others_are_deleted(queues: Queues) -> None:
    url, workers = queues.make(), Recorder()
    queues.serve(workers, source(url, batch_size=10))
    texts = [f"{thread}-{number}" for thread in range(4) for number in range(50)]
    senders = [threading.Thread(target=queues.send, args=[url, *texts[start::4]]) for start in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    eventually(lambda: queues.left(url) == 0)
    assert Counter(text for _, event in workers.calls.queue for text in bodies(event)) == Counter(texts)


# ---------------------------------------------------------------- buckets


@pytest.fixture(scope="module")
def files(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    template = tmp_path_factory.mktemp("template") / "template.yaml"
    template.write_text(
        textwrap.dedent(
            """
            Resources:
              FilesBucket: {Type: AWS::S3::Bucket}
              CheckFunction:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: files.check.lambda_handler
                  Events:
                    Uploaded:
                      Type: S3
                      Properties:
                        Bucket: !Ref FilesBucket
                        Events: "s3:ObjectCreated:*"
                        Filter: {S3Key: {Rules: [{Name: prefix, Value: up/}]}}
            """
        )
    )
    deployment = deploy(template, aws.endpoint, Settings())
    queue = notification_queue(deployment.functions["CheckFunction"])
    client("sqs", aws.endpoint).set_queue_attributes(
        QueueUrl=f"https://sqs.us-east-1.amazonaws.com/123456789012/{queue}",
        Attributes={"VisibilityTimeout": "1"},
    )
    return deployment


def stored_key(event: Event) -> tuple[str, str]:
    (record,) = event["Records"]
    return record["eventName"], record["s3"]["object"]["key"]


def test_an_object_becomes_s3s_event(queues: Queues, files: Deployment) -> None:
    s3, bucket = client("s3", files.endpoint), files.resources["FilesBucket"].ref
    attempts: list[str] = []

    def third_time(event: Event) -> None:
        key = stored_key(event)[1]
        attempts.append(key)
        if key == "up/stubborn" or (key == "up/third" and attempts.count(key) < 3):
            raise Failure

    workers = Recorder(third_time)
    queues.run(workers, files)

    s3.put_object(Bucket=bucket, Key="elsewhere/x", Body=b"no")
    s3.put_object(Bucket=bucket, Key="up/a b/é.txt", Body=b"12345")
    event = workers.next()
    (record,) = event["Records"]
    assert stored_key(event) == ("ObjectCreated:Put", "up/a+b/%C3%A9.txt")
    assert (record["eventSource"], record["s3"]["bucket"]["name"]) == ("aws:s3", bucket)
    assert record["s3"]["object"]["size"] == 5

    upload = s3.create_multipart_upload(Bucket=bucket, Key="up/parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="up/parts", UploadId=upload, PartNumber=1, Body=b"part")
    s3.complete_multipart_upload(
        Bucket=bucket,
        Key="up/parts",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    assert stored_key(workers.next()) == ("ObjectCreated:CompleteMultipartUpload", "up/parts")

    for key in ("up/third", "up/stubborn"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    queue = queues.sqs.get_queue_url(QueueName=notification_queue(files.functions["CheckFunction"]))
    eventually(lambda: queues.left(queue["QueueUrl"]) == 0)
    assert Counter(attempts) == {"up/a+b/%C3%A9.txt": 1, "up/parts": 1, "up/third": 3, "up/stubborn": 3}


# ---------------------------------------------------------------- schedules


def schedules(workers: Recorder, clock: Clock, *sources: ScheduleSource) -> Schedules:
    function = FunctionSpec("TickFunction", "x.tick.lambda_handler", schedules=sources)
    return Schedules(Deployment("", {}, {"TickFunction": function}), workers, clock)


@pytest.fixture
def ticking() -> Iterator[Callable[..., Schedules]]:
    started: list[Schedules] = []

    def start(workers: Recorder, clock: Clock, *sources: ScheduleSource) -> Schedules:
        made = schedules(workers, clock, *sources)
        made.start()
        started.append(made)
        return made

    yield start
    for made in started:
        made.stop()


def test_a_schedule_fires_when_the_clock_has_moved_past_it(ticking: Callable[..., Schedules]) -> None:
    workers, clock = Recorder(), Clock()
    ticking(workers, clock, ScheduleSource("tick", "rate(10 minutes)"))
    for _ in range(3):
        clock.advance(601)
        event = workers.next()
        assert abs(datetime.fromisoformat(event["time"]) - clock.now()) < timedelta(seconds=5)
    assert workers.calls.empty()


def test_a_long_jump_fires_a_schedule_once(ticking: Callable[..., Schedules]) -> None:
    workers, clock = Recorder(), Clock()
    ticking(workers, clock, ScheduleSource("tick", "rate(1 hour)"))
    clock.advance(24 * 3600)
    workers.next()
    clock.advance(3601)
    workers.next()
    assert workers.calls.empty()


def test_a_failing_schedule_fires_again(ticking: Callable[..., Schedules]) -> None:
    def fail(event: Event) -> None:
        raise Failure

    workers, clock = Recorder(fail), Clock()
    ticking(workers, clock, ScheduleSource("tick", "rate(1 minute)"))
    for _ in range(2):
        clock.advance(61)
        workers.next()


def test_a_disabled_schedule_fires_only_by_hand(ticking: Callable[..., Schedules]) -> None:
    workers, clock = Recorder(lambda event: "done"), Clock()
    made = ticking(
        workers,
        clock,
        ScheduleSource("off", "rate(1 minute)", enabled=False, input='{"by": "hand"}'),
        ScheduleSource("on", "rate(1 minute)", input='{"by": "itself"}'),
    )
    clock.advance(61)
    assert workers.next() == {"by": "itself"}
    with pytest.raises(Empty):
        workers.calls.get_nowait()
    assert made.fire("off") == "done"
    assert workers.next() == {"by": "hand"}


def test_a_schedule_is_found_by_its_functions_logical_id() -> None:
    workers = Recorder()
    made = schedules(workers, Clock(), ScheduleSource("tick", "rate(1 minute)"))
    made.fire("TickFunction")
    assert workers.next()["resources"] == ["arn:aws:scheduler:us-east-1:123456789012:schedule/default/tick"]
    with pytest.raises(KeyError, match="tick"):
        made.fire("nobody")


def test_rules_and_scheduler_send_their_own_event() -> None:
    tick = ScheduleSource("tick", "rate(1 minute)")
    moment = datetime.fromisoformat("2026-03-01T10:00:00+00:00")
    scheduler, rule = scheduled_event(tick, moment), scheduled_event(replace(tick, rule=True), moment)
    assert (scheduler["source"], scheduler["detail"]) == ("aws.scheduler", "{}")
    assert (rule["source"], rule["detail"]) == ("aws.events", {})
    assert rule["resources"] == ["arn:aws:events:us-east-1:123456789012:rule/tick"]
    assert scheduler["time"] == rule["time"] == "2026-03-01T10:00:00Z"
    assert scheduler["detail-type"] == "Scheduled Event"


# Sunday.
NOW = "2026-03-01T10:07:30"


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("rate(1 minute)", "UTC", ["2026-03-01T10:08:30", "2026-03-01T10:09:30"]),
        ("rate(5 minutes)", "UTC", ["2026-03-01T10:12:30"]),
        ("rate(12 hours)", "UTC", ["2026-03-01T22:07:30"]),
        ("rate(7 days)", "UTC", ["2026-03-08T10:07:30"]),
        ("cron(0/15 * * * ? *)", "UTC", ["2026-03-01T10:15:00", "2026-03-01T10:30:00"]),
        ("cron(0 3 * * ? *)", "UTC", ["2026-03-02T03:00:00", "2026-03-03T03:00:00"]),
        ("cron(7,8 10 * * ? *)", "UTC", ["2026-03-01T10:08:00", "2026-03-02T10:07:00"]),
        ("cron(0 8-10/2 * * ? *)", "UTC", ["2026-03-02T08:00:00", "2026-03-02T10:00:00"]),
        ("cron(0 12 ? * MON-FRI *)", "UTC", ["2026-03-02T12:00:00", "2026-03-03T12:00:00"]),
        ("cron(0 12 ? * 1 *)", "UTC", ["2026-03-01T12:00:00", "2026-03-08T12:00:00"]),
        ("cron(0 12 ? * SAT-SUN *)", "UTC", ["2026-03-01T12:00:00", "2026-03-07T12:00:00"]),
        ("cron(0 0 ? * 2#2 *)", "UTC", ["2026-03-09T00:00:00", "2026-04-13T00:00:00"]),
        ("cron(0 0 ? * 6L *)", "UTC", ["2026-03-27T00:00:00", "2026-04-24T00:00:00"]),
        ("cron(0 0 ? * L *)", "UTC", ["2026-03-07T00:00:00"]),
        ("cron(0 0 L * ? *)", "UTC", ["2026-03-31T00:00:00", "2026-04-30T00:00:00"]),
        ("cron(0 0 15W * ? *)", "UTC", ["2026-03-16T00:00:00", "2026-04-15T00:00:00"]),
        ("cron(0 0 1 JAN,JUL ? *)", "UTC", ["2026-07-01T00:00:00", "2027-01-01T00:00:00"]),
        ("cron(0 0 29 2 ? *)", "UTC", ["2028-02-29T00:00:00"]),
        ("cron(0 0 1 1 ? 2030)", "UTC", ["2030-01-01T00:00:00", None]),
        ("cron(0 3 * * ? *)", "Europe/Berlin", ["2026-03-02T02:00:00"]),
        ("at(2026-03-01T11:00:00)", "UTC", ["2026-03-01T11:00:00", None]),
        ("at(2026-03-01T11:30:00)", "Europe/Berlin", ["2026-03-01T10:30:00"]),
    ],
)
def test_when_an_expression_fires(expression: str, zone: str, expected: Sequence[str | None]) -> None:
    after = datetime.fromisoformat(f"{NOW}+00:00")
    for moment in expected:
        fires = next_firing(expression, after, zone)
        assert fires == (moment and datetime.fromisoformat(f"{moment}+00:00"))
        after = fires or after


@pytest.mark.parametrize(
    "expression",
    [
        "every(1 minute)",
        "rate(0 minutes)",
        "rate(1 week)",
        "cron(0 3 * * *)",
        "cron(0 3 * * * *)",
        "cron(0 3 ? * ? *)",
        "cron(60 * * * ? *)",
        "cron(0/0 * * * ? *)",
        "cron(x * * * ? *)",
    ],
)
def test_what_is_no_expression(expression: str) -> None:
    with pytest.raises(ScheduleExpressionError):
        next_firing(expression, datetime.fromisoformat(f"{NOW}+00:00"))
