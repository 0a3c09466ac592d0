"""The check of an upload: what the bucket tells of is looked into, and becomes available or is held back."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from bson import ObjectId
from files import check_file

from infra.local.event_sources import sqs_record
from lms import queues, storage
from lms.config import settings
from lms.files import checking
from lms.files.purposes import DOCX, PDF
from tests import made_files as made
from tests import uploads
from tests.conftest import LambdaContext
from tests.people import Api, Person

TEXT = b"Plants turn light into sugar.\n"


@pytest.fixture
def person(api: Api) -> Person:
    return api.person()


def put(key: str, content: bytes) -> None:
    storage.s3().put_object(Bucket=storage.bucket(), Key=key, Body=content)


def kept(file_id: str) -> bytes | None:
    return stored(storage.kept_key(file_id))


def stored(key: str) -> bytes | None:
    if storage.stat(key) is None:
        return None
    return storage.s3().get_object(Bucket=storage.bucket(), Key=key)["Body"].read()


def uploaded(person: Person, content: bytes = TEXT, arrives: bytes | None = None, **fields: Any) -> tuple[str, str]:
    """The file's id and the key under which its content, or what ``arrives`` in its place, has come in."""
    begun = uploads.begin(person, content, **fields)
    key = begun["upload"]["fields"]["key"]
    put(key, content if arrives is None else arrives)
    return begun["file"]["id"], key


def notification(*keys: str) -> dict[str, Any]:
    return {"Records": [{"eventName": "ObjectCreated:Post", "s3": {"object": {"key": key}}} for key in keys]}


def record(body: Mapping[str, Any], receipt: str = "r") -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "0"}
    message = {"MessageId": "m", "ReceiptHandle": receipt, "Body": json.dumps(body), "MD5OfBody": ""}
    return {"Records": [sqs_record({**message, "Attributes": attributes}, "arn:aws:sqs:us-east-1:1:q")]}


def deliver(body: Mapping[str, Any], receipt: str = "r") -> dict[str, Any]:
    return check_file.lambda_handler(record(body, receipt), LambdaContext(seconds=300))


def check(person: Person, file_id: str, key: str) -> dict[str, Any]:
    assert deliver(notification(key)) == {"batchItemFailures": []}
    return seen(person, file_id)


def seen(person: Person, file_id: str) -> dict[str, Any]:
    answer = person.get(f"/files/{file_id}")
    assert answer.status == 200, answer.text
    return answer.json


def sent_to_extraction() -> list[dict[str, Any]]:
    """Since the last look."""
    queue = settings().extraction_queue_url
    found = []
    while messages := queues.sqs().receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for each in messages:
            queues.sqs().delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
            found.append(json.loads(each["Body"]))
    return found


def test_an_honest_file_becomes_available(person: Person):
    file_id, key = uploaded(person)
    file = check(person, file_id, key)
    assert (file["status"], file["reason_code"], file["reason"]) == ("available", None, None)
    assert file["text"]["status"] == "queued"
    assert kept(file_id) == TEXT and stored(key) is None
    assert person.get(f"/files/{file_id}/download").status == 200
    metadata = storage.s3().head_object(Bucket=storage.bucket(), Key=storage.kept_key(file_id))
    assert (metadata["ContentType"], metadata["Metadata"]) == ("text/plain", {})


def test_the_extraction_hears_of_it_and_so_does_the_log(person: Person):
    from lms.events import events

    sent_to_extraction()
    file_id, key = uploaded(person)
    check(person, file_id, key)
    assert sent_to_extraction() == [{"file_id": file_id}]
    told = list(events().find({"subject_id": ObjectId(file_id), "type": "file.checked"}))
    assert [each["data"]["status"] for each in told] == ["available"]


def test_a_file_without_text_to_come_is_sent_nowhere(person: Person):
    sent_to_extraction()
    file_id, key = uploaded(person, made.image_file(), content_type="image/png", purpose="avatar")
    assert check(person, file_id, key)["text"] is None
    assert sent_to_extraction() == []


def test_a_documents_name_comes_url_encoded(person: Person):
    file_id, key = uploaded(person)
    check(person, file_id, key.replace("/", "%2F"))
    assert seen(person, file_id)["status"] == "available"


def test_what_a_killed_worker_left_is_cleared_away(person: Person):
    left, at_work = (Path(tempfile.mkdtemp(prefix="check-")) for _ in range(2))
    (left / "file").write_bytes(TEXT)
    os.utime(left, (0, 0))
    check(person, *uploaded(person))
    assert not left.exists() and at_work.exists()
    at_work.rmdir()


def test_without_time_for_the_inspection_nothing_is_decided(person: Person):
    file_id, key = uploaded(person)
    with pytest.raises(TimeoutError):
        checking.check(key, lambda: 200)
    assert seen(person, file_id)["status"] == "scanning" and stored(key) == TEXT


HELD_BACK: dict[str, tuple[str, Callable[[Person], tuple[str, str]]]] = {
    "nothing": ("EMPTY", partial(uploaded, arrives=b"")),
    "less": ("SIZE_MISMATCH", partial(uploaded, arrives=TEXT[:-1])),
    "more": ("SIZE_MISMATCH", partial(uploaded, arrives=TEXT + b"x")),
    "as much of another": ("HASH_MISMATCH", partial(uploaded, arrives=TEXT.swapcase())),
    "a page as a picture": (
        "TYPE_MISMATCH",
        partial(uploaded, content=b"<script>1</script>", content_type="image/png", purpose="avatar"),
    ),
    "macros": ("MACROS", lambda person: uploaded(person, made.docm_as_docx(), content_type=DOCX)),
    "an encrypted pdf": ("ENCRYPTED", lambda person: uploaded(person, made.encrypted_pdf(), content_type=PDF)),
    "a bomb": (
        "ARCHIVE_BOMB",
        lambda person: uploaded(person, made.overlapping_bomb(), content_type="application/zip", purpose="message"),
    ),
}


@pytest.mark.parametrize("name", HELD_BACK)
def test_what_is_held_back_is_out_of_reach_and_leaves_its_room(name: str, person: Person):
    code, upload = HELD_BACK[name]
    file_id, key = upload(person)
    assert person.get("/files/usage").json["person"]["files"] == 1
    file = check(person, file_id, key)
    assert (file["status"], file["reason_code"]) == ("quarantined", code)
    assert file["reason"].endswith(".") and file["text"] is None
    assert kept(file_id) is None and stored(key) is None
    assert person.get(f"/files/{file_id}/download").status == 409
    assert person.get("/files/usage").json["person"] | {"most_bytes": 0, "most_files": 0} == {
        "bytes": 0,
        "files": 0,
        "most_bytes": 0,
        "most_files": 0,
    }


class TestNews:
    def test_twice_is_as_once(self, person: Person):
        file_id, key = uploaded(person)
        first = check(person, file_id, key)
        assert check(person, file_id, key) == first

    def test_what_comes_after_the_end_changes_nothing_and_is_removed(self, person: Person):
        file_id, key = uploaded(person)
        first = check(person, file_id, key)
        put(key, b"<script>alert(1)</script>")
        assert check(person, file_id, key) == first
        assert kept(file_id) == TEXT and stored(key) is None

    def test_a_quarantined_file_is_not_saved_by_another_upload(self, person: Person):
        file_id, key = uploaded(person, arrives=b"")
        check(person, file_id, key)
        put(key, TEXT)
        assert check(person, file_id, key)["status"] == "quarantined"
        assert stored(key) is None

    def test_of_a_deleted_file(self, person: Person):
        file_id, key = uploaded(person)
        assert person.delete(f"/files/{file_id}").status == 204
        put(key, TEXT)
        assert deliver(notification(key)) == {"batchItemFailures": []}
        assert stored(key) is None and kept(file_id) is None

    @pytest.mark.parametrize("key", ["incoming/68a1b2c3d4e5f60718293a40/x", "incoming/nothing/x", "incoming/x"])
    def test_of_no_file(self, key: str, person: Person):
        put(key, TEXT)
        assert deliver(notification(key)) == {"batchItemFailures": []}
        assert stored(key) is None

    def test_never_removes_what_was_kept(self, person: Person):
        file_id, key = uploaded(person)
        check(person, file_id, key)
        deliver(notification(storage.kept_key(file_id)))
        assert kept(file_id) == TEXT

    def test_the_buckets_test_event_is_no_news(self, ground: object):
        assert deliver({"Service": "Amazon S3", "Event": "s3:TestEvent"}) == {"batchItemFailures": []}

    def test_of_an_object_that_is_gone(self, person: Person):
        file_id, key = uploaded(person)
        storage.delete(key)
        assert check(person, file_id, key)["status"] == "scanning"


class TestSwap:
    def test_during_the_check_what_was_checked_is_kept(self, person: Person):
        """What has the same size is put in place of what was downloaded, before that is kept."""
        file_id, key = uploaded(person)

        def swap() -> float:
            put(key, TEXT.swapcase())
            return 300

        checking.check(key, swap)
        assert seen(person, file_id)["status"] == "available"
        assert kept(file_id) == TEXT and stored(key) is None

    def test_between_two_looks_nothing_is_decided(self, person: Person, tmp_path: Path):
        _, key = uploaded(person)
        found = storage.stat(key)
        assert found
        put(key, TEXT.swapcase())
        with pytest.raises(storage.Swapped):
            storage.download(key, tmp_path / "file", found.etag)

    def test_what_another_hash_has_is_never_kept(self, person: Person, tmp_path: Path):
        """S3 compares: a file that was changed on the worker's disk does not take the place of a kept one."""
        file_id, key = uploaded(person)
        check(person, file_id, key)
        changed = tmp_path / "file"
        changed.write_bytes(TEXT.swapcase())
        sha256 = hashlib.sha256(TEXT).hexdigest()
        with pytest.raises(ClientError, match="BadDigest"):
            storage.put(changed, storage.kept_key(file_id), sha256=sha256, content_type="text/plain")
        assert kept(file_id) == TEXT


class TestMalware:
    @pytest.fixture(autouse=True)
    def guarded(self, ground: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("MALWARE_SCAN", "guardduty")
        settings.cache_clear()
        yield
        monkeypatch.undo()
        settings.cache_clear()

    def tag(self, key: str, status: str) -> None:
        tags = [{"Key": "GuardDutyMalwareScanStatus", "Value": status}]
        storage.s3().put_object_tagging(Bucket=storage.bucket(), Key=key, Tagging={"TagSet": tags})

    def test_without_a_verdict_nothing_passes(self, person: Person):
        file_id, key = uploaded(person)
        for _ in range(3):
            answer = deliver(notification(key), self.receipt())
            assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}
            assert seen(person, file_id)["status"] == "scanning"
            assert kept(file_id) is None and stored(key) == TEXT
        self.tag(key, "NO_THREATS_FOUND")
        assert check(person, file_id, key)["status"] == "available"

    def receipt(self) -> str:
        """Of a real message: the worker puts it off."""
        url = settings().file_checks_queue_url
        queues.send(url, [{"Event": "s3:TestEvent"}])
        return queues.sqs().receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            ("THREATS_FOUND", "MALWARE"),
            ("UNSUPPORTED", "MALWARE_UNCHECKED"),
            ("ACCESS_DENIED", "MALWARE_UNCHECKED"),
            ("FAILED", "MALWARE_UNCHECKED"),
        ],
    )
    def test_any_other_verdict_holds_it_back(self, status: str, code: str, person: Person):
        file_id, key = uploaded(person)
        self.tag(key, status)
        file = check(person, file_id, key)
        assert (file["status"], file["reason_code"]) == ("quarantined", code)
        assert code == "MALWARE" or status in file["reason"]

    def test_a_swap_loses_the_verdict(self, person: Person):
        file_id, key = uploaded(person)
        self.tag(key, "NO_THREATS_FOUND")
        put(key, TEXT)
        deliver(notification(key), self.receipt())
        assert seen(person, file_id)["status"] == "scanning"
