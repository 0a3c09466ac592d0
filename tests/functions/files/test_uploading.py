"""POST /files, the upload to S3, GET /files/{id}/parts and POST /files/{id}/complete."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId

from lms import clock, storage
from lms.files import outcomes, repository
from tests import uploads
from tests.people import Api, Person

CONTENT = b"What plants do with light, told in one sentence."
COURSE = {"title": "T", "audience": "a", "difficulty": "beginner"}
LARGE = {"size": 101 * uploads.MEGABYTE, "part_sha256": ["0" * 64] * 7}


@pytest.fixture
def person(api: Api) -> Person:
    return api.person()


@pytest.fixture
def later() -> Iterator[timedelta]:
    """A day from now it is, until the test ends."""
    moved = timedelta(hours=25)
    clock.shift(moved.total_seconds())
    yield moved
    clock.shift(0)


def test_an_upload_as_a_form(person: Person) -> None:
    begun = uploads.begin(person, CONTENT, name="Notes on light.txt")
    file, upload = begun["file"], begun["upload"]
    assert (file["status"], file["owner_id"], file["course_id"], file["text"]) == ("pending", person.id, None, None)
    assert (upload["kind"], upload["parts"]) == ("form", None)
    assert upload["fields"]["key"].startswith(f"incoming/{file['id']}/")
    assert uploads.post_form(upload, CONTENT).status == 204
    done = person.post(f"/files/{file['id']}/complete")
    assert (done.status, done.json["status"]) == (200, "scanning")
    found = storage.s3().get_object(Bucket=storage.bucket(), Key=upload["fields"]["key"])
    assert (found["Body"].read(), found["ContentType"]) == (CONTENT, "text/plain")


def test_the_form_allows_these_bytes_under_this_key_and_nothing_else(person: Person) -> None:
    from pydantic_core import from_json

    upload = uploads.begin(person, CONTENT)["upload"]
    fields = upload["fields"]
    import base64

    policy = from_json(base64.b64decode(fields["policy"]))
    size = len(CONTENT)
    assert {"key": fields["key"]} in policy["conditions"]
    assert ["content-length-range", size, size] in policy["conditions"]
    assert {"Content-Type": "text/plain"} in policy["conditions"]
    checksum = storage.in_base64(uploads.described(CONTENT)["sha256"])
    assert {"x-amz-checksum-sha256": checksum} in policy["conditions"]


def test_complete_comes_early_and_twice(person: Person) -> None:
    begun = uploads.begin(person, CONTENT)
    path = f"/files/{begun['file']['id']}/complete"
    early = person.post(path)
    assert (early.status, early.json["code"]) == (409, "UPLOAD_INCOMPLETE")
    uploads.post_form(begun["upload"], CONTENT)
    assert [person.post(path).json["status"] for _ in range(3)] == ["scanning"] * 3
    over = person.get(f"/files/{begun['file']['id']}/parts")
    assert (over.status, over.json["code"]) == (409, "UPLOAD_OVER")
    uploads.check(begun["file"]["id"])
    assert person.post(path).json["status"] == "available"


def test_complete_after_a_check_that_was_faster(person: Person) -> None:
    """The bucket's own news of the upload needs no call of the client."""
    begun = uploads.begin(person, CONTENT)
    uploads.post_form(begun["upload"], CONTENT)
    uploads.check(begun["file"]["id"])
    done = person.post(f"/files/{begun['file']['id']}/complete")
    assert (done.status, done.json["status"]) == (200, "available")


def test_a_quarantined_file_says_why(person: Person) -> None:
    begun = uploads.begin(person, CONTENT)
    file_id = begun["file"]["id"]
    uploads.post_form(begun["upload"], CONTENT)
    person.post(f"/files/{file_id}/complete")
    assert outcomes.quarantined(uploads.row(file_id), "TYPE_MISMATCH", "This is a picture.")
    done = person.post(f"/files/{file_id}/complete").json
    assert (done["status"], done["reason_code"], done["reason"]) == (
        "quarantined",
        "TYPE_MISMATCH",
        "This is a picture.",
    )
    refused = person.get(f"/files/{file_id}/download")
    assert (refused.status, refused.json["code"]) == (409, "FILE_NOT_AVAILABLE")
    assert storage.stat(begun["upload"]["fields"]["key"]) is None


def test_an_upload_in_parts_is_resumed(person: Person) -> None:
    course = person.post("/courses", COURSE).json["id"]
    content = b"\x00" * LARGE["size"]
    film = {"name": "film.mp4", "content_type": "video/mp4", "purpose": "course_material", "course_id": course}
    begun = uploads.begin(person, content, **film, part_sha256=uploads.part_hashes(content))
    file_id, upload = begun["file"]["id"], begun["upload"]
    assert (upload["kind"], upload["url"], upload["stored"]) == ("multipart", None, [])
    assert [part["n"] for part in upload["parts"]] == [1, 2, 3, 4, 5, 6, 7]
    assert sum(part["size"] for part in upload["parts"]) == len(content)
    last = upload["parts"][6]
    assert uploads.put_part(last, content).status == 200
    wrong = upload["parts"][0]
    assert uploads.send("PUT", wrong["url"], b"\x01" * wrong["size"], wrong["headers"]).status == 400
    early = person.post(f"/files/{file_id}/complete")
    assert (early.status, early.json["code"], early.json["missing"]) == (
        409,
        "UPLOAD_INCOMPLETE",
        [1, 2, 3, 4, 5, 6],
    )
    rest = person.get(f"/files/{file_id}/parts").json
    assert rest["stored"] == [{"n": 7, "size": last["size"]}]
    assert [part["n"] for part in rest["parts"]] == [1, 2, 3, 4, 5, 6]


def test_a_part_that_is_there_under_another_hash_counts_as_missing(person: Person) -> None:
    course = person.post("/courses", COURSE).json["id"]
    content = b"\x00" * LARGE["size"]
    film = {"name": "film.mp4", "content_type": "video/mp4", "purpose": "course_material", "course_id": course}
    begun = uploads.begin(person, content, **film, part_sha256=uploads.part_hashes(content))
    upload = uploads.row(begun["file"]["id"])["upload"]
    storage.s3().upload_part(
        Bucket=storage.bucket(), Key=upload["key"], UploadId=upload["upload_id"], PartNumber=7, Body=b"other"
    )
    rest = person.get(f"/files/{begun['file']['id']}/parts").json
    assert (rest["stored"], len(rest["parts"])) == ([], 7)


def test_a_lost_answer_to_completing_the_parts_is_made_up_for(person: Person) -> None:
    course = person.post("/courses", COURSE).json["id"]
    film = {"name": "film.mp4", "content_type": "video/mp4", "purpose": "course_material", "course_id": course}
    begun = person.post("/files", uploads.described(b"", **film, **LARGE)).json
    upload = uploads.row(begun["file"]["id"])["upload"]
    storage.abort_multipart(upload["key"], upload["upload_id"])
    path = f"/files/{begun['file']['id']}/complete"
    assert person.post(path).json["code"] == "UPLOAD_INCOMPLETE"
    storage.s3().put_object(Bucket=storage.bucket(), Key=upload["key"], Body=b"all of it")
    assert person.post(path).json["status"] == "scanning"


def test_a_form_may_be_asked_for_again(person: Person) -> None:
    begun = uploads.begin(person, CONTENT)
    again = person.get(f"/files/{begun['file']['id']}/parts")
    assert (again.status, again.json["kind"], again.json["fields"]["key"]) == (
        200,
        "form",
        begun["upload"]["fields"]["key"],
    )
    assert uploads.post_form(again.json, CONTENT).status == 204


def test_an_upload_that_came_too_late(person: Person, later: timedelta) -> None:
    from files.sweep_files import lambda_handler as sweep

    from tests.conftest import LambdaContext

    clock.shift(0)
    begun = uploads.begin(person, CONTENT)
    file_id = begun["file"]["id"]
    clock.shift(later.total_seconds())
    person.sign_in()
    sweep({}, LambdaContext())
    shown = person.get(f"/files/{file_id}").json
    assert (shown["status"], shown["reason_code"]) == ("expired", "UPLOAD_EXPIRED")
    uploads.post_form(begun["upload"], CONTENT)
    late = person.post(f"/files/{file_id}/complete")
    assert (late.status, late.json["code"]) == (409, "UPLOAD_EXPIRED")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": "../../etc/passwd"}, "/name"),
        ({"name": "invoice\u202egpj.exe"}, "/name"),
        ({"name": ""}, "/name"),
        ({"size": 0}, "/size"),
        ({"size": -1}, "/size"),
        ({"size": True}, "/size"),
        ({"size": 50 * uploads.MEGABYTE + 1}, "/size"),
        ({"sha256": "abc"}, "/sha256"),
        ({"sha256": "g" * 64}, "/sha256"),
        ({"content_type": "application/x-msdownload"}, "/content_type"),
        ({"content_type": "image/png"}, "/content_type"),
        ({"purpose": "avatar"}, "/content_type"),
        ({"purpose": "theft"}, "/purpose"),
        ({"purpose": "course_material"}, "/course_id"),
        ({"purpose": "submission"}, "/course_id"),
        ({"purpose": "message", "course_id": "0" * 24}, "/course_id"),
        ({"course_id": "here"}, "/course_id"),
        ({"part_sha256": ["0" * 64]}, "/part_sha256"),
        ({"replaces": "0" * 24}, "/replaces"),
        ({"key": "files/of-my-own"}, "/key"),
    ],
)
def test_a_wrong_field_is_named(person: Person, fields: dict[str, Any], pointer: str) -> None:
    answer = person.post("/files", uploads.described(CONTENT, **fields))
    assert answer.status == 422, answer.text
    assert [row["pointer"] for row in answer.json["errors"]] == [pointer]


def test_a_large_file_needs_the_hash_of_each_part(person: Person) -> None:
    course = person.post("/courses", COURSE).json["id"]
    film = {"content_type": "video/mp4", "purpose": "course_material", "course_id": course}
    for parts in ([], ["0" * 64] * 6, ["0" * 64] * 8):
        answer = person.post("/files", uploads.described(b"", **film, **{**LARGE, "part_sha256": parts}))
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/part_sha256")
    assert repository.files().count_documents({"owner_id": ObjectId(person.id)}) == 0


def test_type_and_hash_are_taken_in_any_case(person: Person) -> None:
    described = uploads.described(CONTENT, content_type="Text/Plain; charset=UTF-8")
    answer = person.post("/files", {**described, "sha256": described["sha256"].upper()})
    assert (answer.json["file"]["content_type"], answer.json["file"]["sha256"]) == (
        "text/plain",
        described["sha256"],
    )


def test_one_key_makes_one_file(person: Person) -> None:
    key = {"Idempotency-Key": "the same"}
    first, second = (person.post("/files", uploads.described(CONTENT), headers=key) for _ in range(2))
    assert first.json == second.json and second.headers["idempotent-replayed"] == "true"
    other = person.post("/files", uploads.described(b"other"), headers=key)
    assert (other.status, other.json["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert len(person.get("/files").json["items"]) == 1


def test_a_new_edition_names_the_old_one(api: Api, person: Person) -> None:
    old = uploads.available(person, CONTENT)
    new = uploads.begin(person, b"A second edition.", replaces=old)
    assert new["file"]["replaces"] == old
    for other in (api.person(),):
        answer = other.post("/files", uploads.described(b"x", replaces=old))
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/replaces")
    another_purpose = uploads.described(b"x", purpose="message", replaces=old)
    assert person.post("/files", another_purpose).json["errors"][0]["pointer"] == "/replaces"


def test_uploads_are_limited_in_rate(person: Person) -> None:
    answer = person.post("/files", uploads.described(CONTENT))
    assert '"upload";q=300;w=600' in answer.headers["ratelimit-policy"]


def test_a_store_that_is_away_is_a_503_and_loses_nothing(person: Person) -> None:
    begun = uploads.begin(person, CONTENT)
    uploads.post_form(begun["upload"], CONTENT)
    path = f"/files/{begun['file']['id']}/complete"
    with uploads.store_away():
        away = person.post(path)
    assert (away.status, away.json["code"]) == (503, "UNAVAILABLE")
    assert "retry-after" in away.headers
    assert person.post(path).json["status"] == "scanning"
