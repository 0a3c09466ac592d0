"""How much a person and a course may keep: never more, however many ask at once, and all of it given back."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from lms import config, mongo, storage
from lms.caller import Caller
from lms.files import outcomes, quotas, repository
from lms.permissions import Role
from tests import at_once, uploads
from tests.people import Api, Person

MEGABYTE = uploads.MEGABYTE
COURSE = {"title": "T", "audience": "a", "difficulty": "beginner"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A person may keep 2 MB, a course 3."""
    with _environment(monkeypatch, FILES_USER_MEGABYTES="2", FILES_COURSE_MEGABYTES="3"):
        yield


@contextmanager
def _environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Iterator[None]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    try:
        yield
    finally:
        monkeypatch.undo()
        config.settings.cache_clear()


def described(n: int, size: int, **fields: Any) -> dict[str, Any]:
    return uploads.described(b"", **{"size": size, "sha256": f"{n:064x}", **fields})


def used(person: Person, **query: str) -> tuple[int, int]:
    course = query.get("course_id")
    found = person.get(f"/files/usage{f'?course_id={course}' if course else ''}").json
    room = found["course"] if course else found["person"]
    return room["bytes"], room["files"]


def test_usage_is_told_with_its_limits(api: Api) -> None:
    person = api.person()
    assert person.get("/files/usage").json == {
        "person": {"bytes": 0, "files": 0, "most_bytes": 2 * MEGABYTE, "most_files": 5_000},
        "course": None,
    }
    person.post("/files", described(1, MEGABYTE))
    assert used(person) == (MEGABYTE, 1)


def test_a_file_that_fits_exactly_and_one_byte_too_many(api: Api) -> None:
    person = api.person()
    assert person.post("/files", described(1, MEGABYTE)).status == 201
    assert person.post("/files", described(2, MEGABYTE)).status == 201
    refused = person.post("/files", described(3, 1))
    assert (refused.status, refused.json["code"], refused.json["quota"]) == (409, "QUOTA_EXCEEDED", "person")
    assert used(person) == (2 * MEGABYTE, 2)


def test_a_courses_files_count_for_the_course_too(api: Api) -> None:
    owner, admin = api.person(), api.person("admin")
    course = owner.post("/courses", COURSE).json["id"]
    there = {"purpose": "source", "course_id": course}
    assert owner.post("/files", described(1, 2 * MEGABYTE, **there)).status == 201
    assert admin.post("/files", described(2, MEGABYTE, **there)).status == 201
    refused = admin.post("/files", described(3, 1, **there))
    assert (refused.status, refused.json["quota"]) == (409, "course")
    assert used(owner, course_id=course) == (3 * MEGABYTE, 2)
    assert used(admin) == (MEGABYTE, 1), "what the course refused does not count for the person"
    assert api.person().get(f"/files/usage?course_id={course}").status == 404


def test_many_at_once_never_exceed_it(api: Api) -> None:
    """The rule itself, in threads: 40 files of 100 kB, of which 20 find room."""
    from lms.files import uploads as rule
    from lms.files.models import NewFile

    who = Caller(ObjectId(), Role.STUDENT, ObjectId())
    storage.s3()
    wishes = [NewFile.model_validate(described(n, MEGABYTE // 10)) for n in range(40)]
    begun = [partial(mongo.transaction, rule.prepare(who, wish)) for wish in wishes]
    room = 2 * MEGABYTE // (MEGABYTE // 10)
    assert Counter(at_once.endings(*begun)) == {"ok": room, "QUOTA_EXCEEDED": 40 - room}
    (usage,) = quotas.usage([quotas.of_person(who.id)])
    assert (usage["files"], usage["bytes"]) == (room, room * (MEGABYTE // 10))
    assert repository.files().count_documents({"owner_id": who.id}) == room


def test_room_is_given_back_once(api: Api) -> None:
    person = api.person()
    deleted = uploads.begin(person, b"deleted")["file"]["id"]
    expired = uploads.begin(person, b"expired")["file"]["id"]
    held_back = uploads.begin(person, b"held back")["file"]["id"]
    assert used(person)[1] == 3
    rows = {_id: repository.file(ObjectId(_id)) for _id in (expired, held_back)}
    for _ in range(2):
        outcomes.expired(rows[expired] or {})
    outcomes.scanning(ObjectId(held_back), (rows[held_back] or {})["upload"]["key"])
    for _ in range(2):
        outcomes.quarantined(rows[held_back] or {}, "TYPE_MISMATCH", "No.")
    assert [person.delete(f"/files/{deleted}").status for _ in range(2)] == [204, 404]
    assert used(person) == (0, 0)
    for over in (expired, held_back):
        assert person.delete(f"/files/{over}").status == 204
    assert used(person) == (0, 0)


def test_deleting_one_many_times_at_once_gives_its_room_back_once(api: Api) -> None:
    from lms.files import removal

    person = api.person()
    kept, gone = (uploads.begin(person, content)["file"]["id"] for content in (b"kept", b"going"))
    who = Caller(ObjectId(person.id), Role.STUDENT, ObjectId())
    ended = at_once.endings(*[partial(removal.delete, who, ObjectId(gone), None)] * 8)
    assert Counter(ended) == {"ok": 1, "NOT_FOUND": 7}
    assert used(person) == (len(b"kept"), 1)
    assert person.get(f"/files/{kept}").status == 200


def test_a_refused_large_upload_leaves_nothing_open(api: Api) -> None:
    person = api.person()
    course = person.post("/courses", COURSE).json["id"]
    film = {"content_type": "video/mp4", "purpose": "course_material", "course_id": course}
    body = described(1, 101 * MEGABYTE, part_sha256=["0" * 64] * 7, **film)
    before = storage.s3().list_multipart_uploads(Bucket=storage.bucket()).get("Uploads", [])
    assert person.post("/files", body).json["code"] == "QUOTA_EXCEEDED"
    after = storage.s3().list_multipart_uploads(Bucket=storage.bucket()).get("Uploads", [])
    assert len(after) == len(before)
