"""Whatever dies or is swapped on the way, a file ends as what was announced, or nobody can have it."""

import itertools
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pymongo
import pytest
from bson import ObjectId

from infra.local.event_sources import sqs_record
from infra.local.stack import Stack
from tests import at_once, uploads
from tests import made_files as made
from tests.conftest import FAST, http_api
from tests.following import eventually
from tests.people import Api, Person

WORKER = "CheckFileFunction"
ENDED = ("available", "quarantined")


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own, whose queues redeliver after a second: a check takes longer, so that many run at once."""
    with Stack(tmp_path_factory.mktemp("fragile"), environ={}, environment=FAST, visibility_timeout=1) as running:
        yield running


@pytest.fixture
def person(fragile: Stack) -> Person:
    api: Api = http_api(fragile)
    return api.person()


@dataclass
class Bucket:
    """The bucket as nobody but its owner sees it."""

    stack: Stack

    def __post_init__(self) -> None:
        self.s3 = self.stack.client("s3")
        self.name = self.stack.deployment.resources["FilesBucket"].ref

    def put(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=content)

    def get(self, key: str) -> bytes | None:
        try:
            return self.s3.get_object(Bucket=self.name, Key=key)["Body"].read()
        except self.s3.exceptions.ClientError:
            return None

    def keys(self, file_id: str) -> list[str]:
        found = [
            row["Key"]
            for prefix in ("incoming/", "files/")
            for row in self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix + file_id).get("Contents", ())
        ]
        return sorted(found)


@pytest.fixture
def bucket(fragile: Stack) -> Bucket:
    return Bucket(fragile)


def upload(person: Person, content: bytes, **fields: Any) -> tuple[str, str]:
    """The file's id and its incoming key; the upload is completed."""
    begun = uploads.begin(person, content, **fields)
    assert uploads.post_form(begun["upload"], content).status == 204
    assert person.post(f"/files/{begun['file']['id']}/complete").status == 200
    return begun["file"]["id"], begun["upload"]["fields"]["key"]


def ended(stack: Stack, person: Person, file_id: str) -> dict[str, Any]:
    """The file when its check is over; the sweep sends again what the queue has given up."""
    for _ in range(12):
        try:
            return eventually(lambda: _over(person, file_id), seconds=10)
        except AssertionError:
            stack.clock.advance(660)
            person.sign_in()
    raise AssertionError(person.get(f"/files/{file_id}").text)


def _over(person: Person, file_id: str) -> dict[str, Any] | None:
    file: dict[str, Any] = person.get(f"/files/{file_id}").json
    return file if file["status"] in ENDED else None


def events_of(stack: Stack, file_id: str) -> list[str]:
    with pymongo.MongoClient[dict[str, Any]](stack.database_uri) as client:
        told = client[stack.database_name].events.find({"subject_id": ObjectId(file_id), "type": "file.checked"})
        return [each["data"]["status"] for each in told]


def test_workers_killed_in_the_middle_of_checks(fragile: Stack, person: Person, bucket: Bucket):
    contents = [made.image_file(size=(400 + n, 300)) for n in range(4)]
    pictures = {
        upload(person, content, name="p.png", content_type="image/png", purpose="message"): content
        for content in contents
    }
    killed: set[int] = set()
    end = time.monotonic() + 60
    while len(killed) < 4 and time.monotonic() < end:
        for pid, function, _ in fragile.workers.busy():
            if function == WORKER and pid not in killed:
                # At another point of the check each time.
                time.sleep(0.08 * len(killed))
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
                break
    assert len(killed) == 4
    for (file_id, _), content in pictures.items():
        assert ended(fragile, person, file_id)["status"] == "available"
        assert bucket.get(f"files/{file_id}") == content
        assert events_of(fragile, file_id) == ["available"]
        eventually(lambda: bucket.keys(file_id) == [f"files/{file_id}"])  # noqa: B023
    assert person.get("/files/usage").json["person"]["files"] == len(pictures)


def test_every_message_twice_and_at_once(fragile: Stack, person: Person, bucket: Bucket):
    fragile.event_sources.pause()
    queue = fragile.deployment.resources["FileChecksQueue"].ref
    sqs = fragile.client("sqs")
    try:
        good, _ = upload(person, b"Plants turn light into sugar.")
        bad, _ = upload(person, made.docm_as_docx(), content_type="application/zip", purpose="message")
        messages = []
        while batch := sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=600, AttributeNames=["All"]
        ).get("Messages"):
            messages += batch
        events = [{"Records": [sqs_record(message, "arn:aws:sqs:us-east-1:1:q")]} for message in messages * 3]
        at_once.results(*(partial(fragile.invoke, WORKER, event) for event in events))
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    finally:
        fragile.event_sources.start()
    assert person.get(f"/files/{good}").json["status"] == "available"
    assert person.get(f"/files/{bad}").json["status"] == "quarantined"
    assert (events_of(fragile, good), events_of(fragile, bad)) == (["available"], ["quarantined"])
    assert (bucket.keys(good), bucket.keys(bad)) == ([f"files/{good}"], [])
    assert person.get("/files/usage").json["person"]["files"] == 1


def test_what_is_swapped_after_the_end_changes_nothing(fragile: Stack, person: Person, bucket: Bucket):
    content = b"Plants turn light into sugar."
    file_id, key = upload(person, content)
    before = ended(fragile, person, file_id)
    bucket.put(key, b"<script>alert(1)</script>")
    eventually(lambda: bucket.keys(file_id) == [f"files/{file_id}"])
    after = person.get(f"/files/{file_id}").json
    assert {**after, "text": None, "version": 0, "updated_at": ""} == {
        **before,
        "text": None,
        "version": 0,
        "updated_at": "",
    }
    assert bucket.get(f"files/{file_id}") == content
    assert events_of(fragile, file_id) == ["available"]


@pytest.mark.parametrize("seed", range(2))
def test_what_is_swapped_during_the_check_is_never_kept(seed: int, fragile: Stack, person: Person, bucket: Bucket):
    """Good and bad content of one length by turns, while several checks run."""
    chance = random.Random(seed)
    good = made.image_file(size=(300, 300 + seed))
    bad = good[:-8] + b"\0" * 8
    begun = uploads.begin(person, good, name="p.png", content_type="image/png", purpose="message")
    file_id, key = begun["file"]["id"], begun["upload"]["fields"]["key"]
    assert uploads.post_form(begun["upload"], good).status == 204
    end = time.monotonic() + 20
    for content in itertools.cycle([bad, good]):
        file = _over(person, file_id)
        assert bucket.get(f"files/{file_id}") in (None, good)
        if file or time.monotonic() > end:
            break
        bucket.put(key, content)
        time.sleep(chance.random() / 5)
    file = ended(fragile, person, file_id)
    if file["status"] == "available":
        assert bucket.get(f"files/{file_id}") == good
    else:
        assert file["reason_code"] == "HASH_MISMATCH"
        eventually(lambda: bucket.get(f"files/{file_id}") is None)
    eventually(lambda: not [each for each in bucket.keys(file_id) if each.startswith("incoming/")])
    assert len(events_of(fragile, file_id)) == 1
