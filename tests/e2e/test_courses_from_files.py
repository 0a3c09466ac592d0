"""A course made from files that a browser uploads: each citation leads back to the page, or to the heading."""

from pathlib import Path
from typing import Any

import pytest

from infra.local.stack import Stack
from tests import written_files as written
from tests.following import eventually, finished
from tests.generated_course import lessons_of
from tests.people import Api, Person
from tests.uploads import begin, post_form


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


def generate(person: Person, file_ids: list[str], **fields: Any) -> dict[str, Any]:
    request = {
        "topic": "My own notes",
        "audience": "first-year students",
        "difficulty": "beginner",
        "lesson_count": 6,
        "source_file_ids": file_ids,
    }
    answer = person.post("/ai/generate-course", {**request, **fields})
    assert answer.status == 202, answer.text
    job = finished(person, answer.json["job_id"])
    assert job["status"] == "succeeded", job
    return job


@pytest.fixture(scope="module")
def person(stack_api: Api) -> Person:
    return stack_api.person()


def cited(lesson: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """All that cites, with the words that must stand in the source."""
    found = [(block["text"], block["source"]) for block in lesson["blocks"]]
    found += [(term["definition"], term["source"]) for term in lesson["key_terms"]]
    return found + [(question["evidence"], question["source"]) for question in lesson["quiz"]["questions"]]


def test_citations_lead_back_to_the_page_of_a_pdf_and_the_heading_of_a_docx(person: Person, stack: Stack):
    pdf, word = written.pdf(written.library_text("photosynthesis")), written.word(written.library_text("python"))
    pdf_id = upload(person, pdf, name="photosynthesis.pdf", content_type=written.PDF)
    word_id = upload(person, word, name="python.docx", content_type=written.DOCX)
    text = person.get(f"/files/{pdf_id}").json["text"]
    pages, sections = written.pages_of(pdf), written.sections_of(word)
    assert (text["status"], text["pages"]) == ("ready", len(pages)) and len(pages) > 5
    job = generate(person, [pdf_id, word_id], lesson_count=10)
    followed = {pdf_id: 0, word_id: 0}
    for lesson in lessons_of(person, job["result"]["course_id"]):
        for words, source in cited(lesson):
            followed[source["file_id"]] += 1
            assert source["changed"] is False
            if source["file_id"] == pdf_id:
                assert source["title"] == "photosynthesis.pdf"
                there = on_its_pages(pages, source)
            else:
                assert source["page"] is None
                there = sections[source["heading"]]
            assert written.bare(words) in there, (words, source)
    assert min(followed.values()) > 30, followed


def test_a_new_edition_is_cited_where_it_says_the_same_and_told_of_where_not(person: Person, tmp_path: Path):
    old = printed(written.library_text("photosynthesis"), tmp_path)
    gone = "Light is a form of electromagnetic radiation"
    foreword = (
        "# Photosynthesis\n\n"
        + "A word before the second edition, which moves all pages. " * 60
        + "\n\n## Old words"
    )
    text = (
        written.library_text("photosynthesis").replace("# Photosynthesis", foreword, 1).replace(gone, "Light moves")
    )
    new = printed(text, tmp_path)
    old_id = upload(person, old, name="leaves.pdf", content_type=written.PDF)
    course_id = generate(person, [old_id], lesson_count=5)["result"]["course_id"]
    pages = written.pages_of(old)
    for lesson in lessons_of(person, course_id):
        for words, source in cited(lesson):
            assert written.bare(words) in on_its_pages(pages, source), (words, source)
    new_id = upload(person, new, name="leaves.pdf", content_type=written.PDF, replaces=old_id)

    def followed() -> list[tuple[str, dict[str, Any]]]:
        found = [each for lesson in lessons_of(person, course_id) for each in cited(lesson)]
        return found if all(source["changed"] or source["file_id"] == new_id for _, source in found) else []

    found = eventually(followed)
    pages = written.pages_of(new)
    for words, source in found:
        if source["changed"]:
            assert gone in words and source["file_id"] == old_id
        else:
            assert written.bare(words) in on_its_pages(pages, source), (words, source)
    marked = [words for words, source in found if source["changed"]]
    assert 0 < len(marked) < len(found) / 4
    report = person.post(f"/courses/{course_id}/publish", {"dry_run": True}).json["missing"]
    lessons = {row["lesson_id"] for row in report if row["code"] == "SOURCE_CHANGED"}
    assert lessons
    for lesson_id in lessons:
        assert person.post(f"/courses/{course_id}/lessons/{lesson_id}/review").status == 200
    report = person.post(f"/courses/{course_id}/publish", {"dry_run": True}).json["missing"]
    assert "SOURCE_CHANGED" not in {row["code"] for row in report}


def printed(markdown: str, folder: Path) -> bytes:
    """As a browser prints a page of it."""
    from lms import markdown as rendering

    style = "<style>@page {size: A5} body {font: 11pt/1.4 serif; text-align: justify}</style>"
    return written.browser_pdf(style + rendering.html(markdown), folder)


def on_its_pages(pages: list[str], source: dict[str, Any]) -> str:
    return "".join(pages[source["page"] - 1 : source["last_page"] or source["page"]])
