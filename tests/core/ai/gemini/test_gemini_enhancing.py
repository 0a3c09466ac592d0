"""Work on lessons by Gemini: what is proposed, and what of an answer is refused."""

import base64
from typing import Any

import pytest

from lms.ai.failures import BudgetExhausted, ContentRefused
from lms.ai.lesson_texts import LessonText, Picture, QuestionTask, Task, TextBlock
from lms.ai.models import Source, Span
from lms.fields import Difficulty
from tests.core.ai.gemini.desk import Desk

CELLS = (
    "A **cell** is the smallest unit of life, and every living thing is made of one or more of them. Every cell is "
    "surrounded by a membrane of lipids and proteins. The nucleus is the part of the cell that holds its genes."
)
LINKED = (
    "Chromosomes hold DNA, as [this page](https://example.org/dna) shows. Human cells hold 46 of them in pairs."
)
SOURCE = Source(id="a" * 24, title="Cells", text=CELLS)
LESSON = LessonText(
    id="b" * 24,
    title="Cells",
    audience="beginners",
    difficulty=Difficulty.BEGINNER,
    language="en",
    blocks=[
        TextBlock(id="1", kind="markdown", text=CELLS, source=Span(source_id=SOURCE.id, start=0, end=len(CELLS))),
        TextBlock(id="2", kind="markdown", text=LINKED),
        TextBlock(id="3", kind="image", text="A cell", file_id="c" * 24),
    ],
)
DATA = b"\x89PNG and the rest"


def task(action: Any, *block_ids: str, **more: Any) -> Task:
    return Task(action=action, block_ids=list(block_ids or ("1", "2")), **more)


@pytest.mark.parametrize(
    ("action", "more"), [("rewrite", {"level": "beginner"}), ("shorten", {}), ("translate", {"language": "de"})]
)
def test_each_block_gets_one_text_in_the_order_of_the_lesson(desk: Desk, action: str, more: dict[str, str]):
    made = desk.gemini().enhance(task(action, **more), LESSON, [SOURCE])
    assert [change.block_id for change in made.changes] == ["1", "2"]
    assert all(change.text and change.text not in (CELLS, LINKED) for change in made.changes)
    assert len(desk.server.calls) == 1


def test_only_the_blocks_of_the_task_are_sent_as_data(desk: Desk):
    desk.gemini().enhance(task("shorten", "2"), LESSON, [SOURCE])
    body = desk.server.calls[0]["body"]
    assert LINKED in str(body["contents"]) and CELLS[:40] not in str(body["contents"])
    assert "Chromosomes" not in str(body["systemInstruction"])


def test_an_example_cites_the_sources_of_its_block(desk: Desk):
    made = desk.gemini().enhance(task("expand", "1"), LESSON, [SOURCE])
    [change] = made.changes
    assert (change.block_id, change.after_id) == (None, "1")
    assert change.source == Span(source_id=SOURCE.id, start=0, end=len(CELLS))


def test_a_block_without_an_example_says_so(desk: Desk):
    made = desk.gemini().enhance(task("expand"), LESSON, [SOURCE])
    assert [(change.after_id, change.block_id) for change in made.changes] == [("1", None), (None, "2")]
    assert made.changes[1].text is None and made.changes[1].why


def test_a_summary_and_key_terms(desk: Desk):
    summary = desk.gemini().enhance(task("summary", "1"), LESSON, [SOURCE])
    assert summary.summary and summary.changes[0].text == summary.summary
    terms = desk.gemini().enhance(task("key_terms", "1"), LESSON, [SOURCE]).key_terms
    assert terms and all(term.term.lower() in (CELLS + LINKED).lower() for term in terms)
    known = LESSON.model_copy(update={"key_terms": terms[:1]})
    again = desk.gemini().enhance(task("key_terms", "1"), known, [SOURCE]).key_terms
    assert [term.term for term in again] == [term.term for term in terms[1:]]


def test_an_image_is_sent_as_it_is_and_described(desk: Desk):
    picture = Picture(block_id="3", content_type="image/png", data=DATA)
    made = desk.gemini().enhance(task("alt_text", "3", pictures=[picture]), LESSON, [])
    assert [change.block_id for change in made.changes] == ["3"]
    [sent] = [
        part["inlineData"] for part in desk.server.calls[0]["body"]["contents"][0]["parts"] if "text" not in part
    ]
    assert (sent["mime_type"], base64.urlsafe_b64decode(sent["data"])) == ("image/png", DATA)


def test_a_picture_counts_against_the_budget_before_it_is_sent(desk: Desk):
    pictures = [Picture(block_id="3", content_type="image/png", data=DATA)]
    with pytest.raises(BudgetExhausted):
        desk.gemini(budget=2_500).enhance(task("alt_text", "3", pictures=pictures), LESSON, [])
    assert desk.server.calls == []


@pytest.mark.parametrize("fault", ["invents_number", "links_away", "leaves_one_out", "wrong_schema"])
def test_what_breaks_a_rule_is_asked_for_again_and_never_shown(desk: Desk, fault: str):
    desk.server.fail(fault, count=1)
    made = desk.gemini().enhance(task("rewrite", level="beginner"), LESSON, [SOURCE])
    assert desk.faults == [fault, None]
    assert desk.server.calls[1]["corrections"]
    assert not any("evil" in (change.text or "") or "4711" in (change.text or "") for change in made.changes)


def test_what_stays_wrong_is_refused(desk: Desk):
    desk.server.fail("invents_number", count=None)
    with pytest.raises(ContentRefused, match="4711"):
        desk.gemini().enhance(task("shorten"), LESSON, [SOURCE])
    assert len(desk.server.calls) == 3


def test_a_translation_must_be_in_the_language(desk: Desk):
    with pytest.raises(ContentRefused):
        desk.gemini().enhance(task("translate", "1", language="fr"), LESSON, [SOURCE])


def test_a_link_that_the_block_held_may_stay(desk: Desk):
    made = desk.gemini().enhance(task("rewrite", "2", level="advanced"), LESSON, [])
    other = desk.gemini().enhance(task("shorten", "2"), LESSON, [])
    assert "https://example.org/dna" in (made.changes[0].text or "") + (other.changes[0].text or "")


def asking(*kinds: str, **more: Any) -> QuestionTask:
    fields = {"count": 3, "difficulty": "intermediate", "language": "en", **more}
    return QuestionTask.model_validate({"kinds": list(kinds or ("single", "cloze")), **fields})


def test_questions_are_of_the_kinds_and_stand_in_the_lesson(desk: Desk):
    made = desk.gemini().questions(asking(), LESSON, [SOURCE])
    assert {each.question.kind for each in made.asked} == {"single", "cloze"}
    assert all(each.question.evidence in CELLS + LINKED for each in made.asked)
    assert {each.difficulty for each in made.asked} == {"intermediate"}


def test_what_is_asked_already_is_told_and_not_asked_again(desk: Desk):
    first = desk.gemini().questions(asking(count=1), LESSON, []).asked[0]
    again = desk.gemini().questions(asking(besides=[first.question.evidence]), LESSON, [])
    assert first.question.evidence not in {each.question.evidence for each in again.asked}


def test_invented_evidence_is_asked_for_again(desk: Desk):
    desk.server.fail("invents_evidence", count=1)
    made = desk.gemini().questions(asking(), LESSON, [])
    assert desk.faults == ["invents_evidence", None]
    assert all(each.question.evidence in CELLS + LINKED for each in made.asked)


def test_a_lesson_without_prose_is_not_asked_about(desk: Desk):
    images = LESSON.model_copy(update={"blocks": LESSON.blocks[2:]})
    assert desk.gemini().questions(asking(), images, []).asked == []
    assert desk.server.calls == []
