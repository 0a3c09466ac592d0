"""The worker that takes the text out of files: once, at most so often, and with a reason where there is none."""

import io
from typing import Any

import pypdf
import pytest
from bson import ObjectId

from tests import uploads
from tests import written_files as written
from tests.people import Api, Person
from tests.texts import receive, source_of, text_of, with_text

TIDES = b"# Tides\n\nA tide is the rise and fall of the sea.\n\n## Causes\n\nThe Moon causes the tides.\n"


@pytest.fixture
def person(api: Api) -> Person:
    return api.person()


def test_text_comes_with_pages_words_and_a_source(person: Person):
    pdf = written.pdf(written.library_text("photosynthesis"))
    file_id = uploads.available(person, pdf, name="leaves.pdf", content_type=written.PDF)
    assert text_of(person, file_id)["status"] == "queued"
    assert receive({"file_id": file_id}) == {"batchItemFailures": []}
    text, source = text_of(person, file_id), source_of(file_id)
    assert (text["status"], text["reason"], text["pages"]) == ("ready", None, len(written.pages_of(pdf)))
    assert text["words"] > 2_000
    assert (source["title"], source["origin"], source["owner_id"]) == ("leaves.pdf", "file", ObjectId(person.id))
    assert source["places"][0] == {"start": 0, "page": 1, "heading": "Photosynthesis"}


def test_a_message_that_comes_again_changes_nothing(person: Person):
    file_id = with_text(person, TIDES, name="tides.md", content_type="text/markdown")
    before, source = person.get(f"/files/{file_id}").json, source_of(file_id)
    assert receive({"file_id": file_id}) == {"batchItemFailures": []}
    assert (person.get(f"/files/{file_id}").json, source_of(file_id)) == (before, source)


@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (b"%PDF-1.7\nbroken", written.PDF, "DAMAGED"),
        (b" \n ", "text/plain", "NO_TEXT"),
        (b"PK\x03\x04 nothing", written.DOCX, "DAMAGED"),
    ],
)
def test_a_file_without_text_fails_with_a_reason(person: Person, content: bytes, content_type: str, code: str):
    text = text_of(person, with_text(person, content, content_type=content_type))
    assert (text["status"], text["reason_code"]) == ("failed", code)
    assert text["reason"].endswith(".")


def test_an_encrypted_pdf_fails_with_a_reason(person: Person):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    data = io.BytesIO()
    writer.write(data)
    text = text_of(person, with_text(person, data.getvalue(), content_type=written.PDF))
    assert (text["status"], text["reason_code"]) == ("failed", "ENCRYPTED")
    assert "password" in text["reason"]


def test_after_three_deaths_of_the_worker_the_text_fails(person: Person):
    from lms.files.repository import begin_extraction

    file_id = uploads.available(person, TIDES)
    for _ in range(3):
        assert begin_extraction(ObjectId(file_id))
    assert receive({"file_id": file_id}) == {"batchItemFailures": []}
    text = text_of(person, file_id)
    assert (text["status"], text["reason_code"]) == ("failed", "EXTRACTION_DIED")


def test_a_store_that_is_away_is_no_fault_of_the_files(person: Person):
    from lms.errors import Unavailable
    from lms.files import extracting

    file_id = uploads.available(person, TIDES)
    with uploads.store_away():
        for _ in range(extracting.MOST_ATTEMPTS + 1):
            with pytest.raises(Unavailable):
                extracting.extract(ObjectId(file_id), lambda: 60)
    assert receive({"file_id": file_id}) == {"batchItemFailures": []}
    assert text_of(person, file_id)["status"] == "ready"


def test_a_deleted_file_gives_no_text(person: Person):
    file_id = uploads.available(person, TIDES)
    assert person.delete(f"/files/{file_id}").status == 204
    assert receive({"file_id": file_id}) == {"batchItemFailures": []}
    with pytest.raises(AssertionError):
        source_of(file_id)


def test_an_object_that_is_away_lets_the_message_come_again(person: Person):
    from lms import storage

    file_id = uploads.available(person, TIDES)
    storage.delete(storage.kept_key(file_id))
    assert receive({"file_id": file_id})["batchItemFailures"]
    assert text_of(person, file_id)["status"] == "queued"


def generation(**fields: Any) -> dict[str, Any]:
    return {"topic": "Tides", "audience": "all", "difficulty": "beginner", "lesson_count": 1, **fields}


def test_a_course_is_generated_only_from_files_of_ones_own_with_text(api: Api, person: Person):
    other = api.person()
    waiting = uploads.available(person, TIDES + b"\nwaiting")
    failed = with_text(person, b" \n  ")
    foreign = with_text(other, TIDES + b"\nforeign")
    avatar_like = str(ObjectId())
    answer = person.post("/ai/generate-course", generation(source_file_ids=[waiting, failed, foreign, avatar_like]))
    assert answer.status == 422
    told = {error["pointer"]: error["message"] for error in answer.json["errors"]}
    assert set(told) == {f"/source_file_ids/{n}" for n in range(4)}
    assert "not ready" in told["/source_file_ids/0"]
    assert "no text" in told["/source_file_ids/1"]
    assert told["/source_file_ids/2"] == told["/source_file_ids/3"] == "names no file that you may use"


def test_files_that_are_not_there_yet_or_for_something_else_are_told_apart(person: Person):
    pending = uploads.begin(person, TIDES + b"\npending")["file"]["id"]
    message = uploads.available(person, TIDES + b"\nmessage", purpose="message")
    answer = person.post("/ai/generate-course", generation(source_file_ids=[pending, message]))
    assert answer.status == 422
    first, second = (error["message"] for error in answer.json["errors"])
    assert "pending, not available" in first
    assert "purpose source" in second


@pytest.mark.parametrize("ids", [[], ["x"], [str(ObjectId()) for _ in range(21)]])
def test_one_to_twenty_files(person: Person, ids: list[str]):
    assert person.post("/ai/generate-course", generation(source_file_ids=ids)).status == 422


def test_the_request_keeps_the_order_of_the_files(person: Person):
    from lms.jobs.repository import jobs

    text = written.library_text("photosynthesis").encode()
    ids = [with_text(person, text + bytes([65 + n]), content_type="text/markdown") for n in range(3)]
    answer = person.post("/ai/generate-course", generation(source_file_ids=[ids[2], ids[0], ids[1]]))
    assert answer.status == 202, answer.text
    job = jobs().find_one({"_id": ObjectId(answer.json["job_id"])})
    assert job is not None
    assert job["source_ids"] == [source_of(ids[n])["_id"] for n in (2, 0, 1)]


def test_files_with_too_much_text_together_are_refused(person: Person):
    from lms.ai.repository import sources

    ids = [with_text(person, TIDES + bytes([65 + n]), content_type="text/markdown") for n in range(2)]
    for file_id in ids:
        sources().update_one({"file_id": ObjectId(file_id)}, {"$set": {"text": "tide. " * 170_000}})
    answer = person.post("/ai/generate-course", generation(source_file_ids=ids))
    assert answer.status == 422
    [error] = answer.json["errors"]
    assert error["pointer"] == "/source_file_ids" and "2,000,000 characters" in error["message"]


def test_a_file_that_is_deleted_while_its_course_is_made_ends_the_job_with_a_reason(person: Person):
    from lms.ai import generation_steps
    from lms.jobs import steps

    text = written.library_text("photosynthesis").encode()
    file_id = with_text(person, text, content_type="text/markdown")
    answer = person.post("/ai/generate-course", generation(source_file_ids=[file_id]))
    assert answer.status == 202, answer.text
    assert person.delete(f"/files/{file_id}").status == 204
    job_id = ObjectId(answer.json["job_id"])
    steps.run({"course_generation": generation_steps.KIND}, job_id, "outline", lambda: 60.0)
    job = person.get(f"/jobs/{job_id}").json
    assert (job["status"], job["error"]["code"]) == ("failed", "SOURCE_GONE")
