"""A course made from files that a browser uploads: each citation leads back to the page, or to the heading."""

import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack import ROOT
from tests import written_files as written
from tests.following import eventually, finished
from tests.generated_course import lessons_of
from tests.people import Api, Person
from tests.uploads import begin, post_form

TEXT = written.library_text("photosynthesis")
WORD = ROOT / "tests/documents/python.docx"


def upload(person: Person, content: bytes, **fields: Any) -> str:
    """Upload as a browser does, and wait for the text."""
    begun = begin(person, content, **fields)
    file_id: str = begun["file"]["id"]
    assert post_form(begun["upload"], content).status in (200, 201, 204)
    assert person.post(f"/files/{file_id}/complete").status == 200
    eventually(lambda: text_of(person, file_id).get("status") in ("ready", "failed"))
    return file_id


def text_of(person: Person, file_id: str) -> dict[str, Any]:
    return person.get(f"/files/{file_id}").json["text"] or {}


@dataclass
class Course:
    """Made from a PDF and a document of Word: ``id`` is the course's, the others are the files'."""

    id: str
    pdf: str
    word: str


@pytest.fixture(scope="module")
def person(stack_api: Api) -> Person:
    return stack_api.person()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("printed")


@pytest.fixture(scope="module")
def course(person: Person, folder: Path) -> Course:
    """The PDF is printed by Chromium; pandoc has written the other one, out of the library's text on Python."""
    pdf = upload(person, printed(TEXT, folder), name="leaves.pdf", content_type=written.PDF)
    word = upload(person, WORD.read_bytes(), name="python.docx", content_type=written.DOCX)
    request = {
        "topic": "My own notes",
        "audience": "first-year students",
        "difficulty": "beginner",
        "lesson_count": 10,
        "source_file_ids": [pdf, word],
    }
    answer = person.post("/ai/generate-course", request)
    assert answer.status == 202, answer.text
    job = finished(person, answer.json["job_id"])
    assert job["status"] == "succeeded", job
    return Course(job["result"]["course_id"], pdf, word)


def downloaded(person: Person, file_id: str) -> bytes:
    answer = person.get(f"/files/{file_id}/download")
    assert answer.status == 200, answer.text
    with urllib.request.urlopen(answer.json["url"], timeout=60) as reply:
        content: bytes = reply.read()
    return content


def cited(lesson: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """All that cites, with the words that must stand in the source."""
    found = [(block["text"], block["source"]) for block in lesson["blocks"]]
    found += [(term["definition"], term["source"]) for term in lesson["key_terms"]]
    return found + [(question["evidence"], question["source"]) for question in lesson["quiz"]["questions"]]


def test_citations_lead_back_to_the_page_of_a_pdf_and_the_heading_of_a_docx(person: Person, course: Course):
    pages = written.pages_of(downloaded(person, course.pdf))
    sections = written.sections_of(downloaded(person, course.word))
    text = person.get(f"/files/{course.pdf}").json["text"]
    assert (text["status"], text["pages"]) == ("ready", len(pages)) and len(pages) > 5
    followed = {course.pdf: 0, course.word: 0}
    for lesson in lessons_of(person, course.id):
        for words, source in cited(lesson):
            followed[source["file_id"]] += 1
            assert source["changed"] is False
            if source["file_id"] == course.pdf:
                assert source["title"] == "leaves.pdf"
                there = on_its_pages(pages, source)
            else:
                assert source["page"] is None
                there = sections[source["heading"]]
            assert written.bare(words) in there, (words, source)
    assert min(followed.values()) > 30, followed


def test_half_of_what_would_enhance_a_lesson_is_accepted(person: Person, course: Course):
    before, job_id, proposed = shortened(person, course)
    half = len(proposed) // 2
    decision = {
        "accept": [block["id"] for block in proposed[:half]],
        "refuse": [block["id"] for block in proposed[half:]],
    }
    answer = person.post(f"/jobs/{job_id}/apply", decision)
    assert answer.status == 200, answer.text
    accepted = {block["block_id"]: block["after"] for block in proposed[:half]}
    after = person.get(f"/courses/{course.id}/lessons/{before['id']}").json
    assert after["version"] == before["version"] + 1
    for old, new in zip(before["blocks"], after["blocks"], strict=True):
        assert new["text"] == accepted.get(old["id"], old["text"])
        assert (new["id"], new["source"]) == (old["id"], old["source"])
    unseen = {block["id"] for block in before["blocks"]} - accepted.keys()
    assert named(person, course, "UNREVIEWED_AI", before["id"], "block_id") == unseen
    asked = {question["id"] for question in before["quiz"]["questions"]}
    assert named(person, course, "UNREVIEWED_AI", before["id"], "question_id") == asked
    assert person.post(f"/courses/{course.id}/lessons/{before['id']}/review").status == 200
    for place in ("block_id", "question_id"):
        assert named(person, course, "UNREVIEWED_AI", before["id"], place) == set()


def shortened(person: Person, course: Course) -> tuple[dict[str, Any], str, list[dict[str, Any]]]:
    """A lesson from the docx with the proposals to shorten two of its blocks or more, and their job."""
    for lesson in lessons_of(person, course.id):
        if all(source["file_id"] == course.word for _, source in cited(lesson)):
            answer = person.post("/ai/enhance-content", {"lesson_id": lesson["id"], "action": "shorten"})
            assert answer.status == 202, answer.text
            job = finished(person, answer.json["job_id"])
            blocks = job["result"]["proposal"]["blocks"]
            proposed = [block for block in blocks if block["status"] == "proposed"]
            if len(proposed) > 1:
                return lesson, job["id"], proposed
    raise AssertionError("no lesson has two blocks to shorten")


def named(person: Person, course: Course, code: str, lesson_id: str, place: str) -> set[str]:
    """What the report on publishing names of the lesson: blocks, or questions."""
    report = person.post(f"/courses/{course.id}/publish", {"dry_run": True}).json["missing"]
    return {row[place] for row in report if row["code"] == code and row["lesson_id"] == lesson_id} - {None}


def test_a_new_edition_is_cited_where_it_says_the_same_and_told_of_where_not(
    person: Person, course: Course, folder: Path
):
    gone = "a form of electromagnetic radiation"
    foreword = (
        "# Photosynthesis\n\n"
        + "A word before the second edition, which moves all pages. " * 60
        + "\n\n## Old words"
    )
    new = printed(TEXT.replace("# Photosynthesis", foreword, 1).replace(gone, "something"), folder)
    new_id = upload(person, new, name="leaves.pdf", content_type=written.PDF, replaces=course.pdf)

    def followed() -> list[tuple[str, dict[str, Any]]]:
        found = [each for lesson in lessons_of(person, course.id) for each in cited(lesson)]
        found = [(words, source) for words, source in found if source["file_id"] != course.word]
        return found if all(source["changed"] or source["file_id"] == new_id for _, source in found) else []

    found = eventually(followed)
    pages = written.pages_of(new)
    for words, source in found:
        if source["changed"]:
            assert gone in words and source["file_id"] == course.pdf
        else:
            assert written.bare(words) in on_its_pages(pages, source), (words, source)
    marked = [words for words, source in found if source["changed"]]
    assert 0 < len(marked) < len(found) / 4
    lessons = changed_lessons(person, course)
    assert lessons
    for lesson_id in lessons:
        assert person.post(f"/courses/{course.id}/lessons/{lesson_id}/review").status == 200
    assert changed_lessons(person, course) == set()


def changed_lessons(person: Person, course: Course) -> set[str]:
    report = person.post(f"/courses/{course.id}/publish", {"dry_run": True}).json["missing"]
    return {row["lesson_id"] for row in report if row["code"] == "SOURCE_CHANGED"}


def printed(markdown: str, folder: Path) -> bytes:
    """As a browser prints a page of it."""
    from lms import markdown as rendering

    style = "<style>@page {size: A5} body {font: 11pt/1.4 serif; text-align: justify}</style>"
    return written.browser_pdf(style + rendering.html(markdown), folder)


def on_its_pages(pages: list[str], source: dict[str, Any]) -> str:
    return "".join(pages[source["page"] - 1 : source["last_page"] or source["page"]])
