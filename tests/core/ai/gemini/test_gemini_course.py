"""A whole course through google-genai, over loopback HTTP."""

import json

import pytest

from lms.ai import evidence
from lms.ai.failures import ContentRefused
from lms.ai.models import Span
from tests.core.ai.gemini.desk import MODEL, OUTLINE, PLAN, SOURCE, Desk, library_text, request
from tests.gemini_server import THOUGHTS


@pytest.mark.parametrize("sources", [[], [SOURCE]], ids=["topic", "source"])
@pytest.mark.parametrize("lesson_count", [1, 15, 30])
def test_an_outline_has_exactly_the_lessons_asked_for(desk: Desk, sources, lesson_count):
    outline = desk.gemini().outline(request(lesson_count=lesson_count), sources)
    assert [plan.number for plan in outline.lessons] == list(range(1, lesson_count + 1))
    assert all(bool(plan.spans) == bool(sources) for plan in outline.lessons)


@pytest.mark.parametrize("name", ["photosynthesis", "python", "machine_learning"])
def test_every_quiz_of_a_course_is_settled_by_its_lesson(desk: Desk, name: str):
    gemini, asked, sources = desk.gemini(), request(lesson_count=10), [library_text(name)]
    outline = gemini.outline(asked, sources)
    for plan in outline.lessons:
        lesson = gemini.lesson(asked, outline, plan, sources)
        quiz = gemini.quiz(asked, plan, lesson, sources)
        assert evidence.problems(quiz, lesson) == []
        assert {question.kind for question in quiz.questions} >= {"single", "true_false", "cloze"}
        assert all(question.source for question in quiz.questions), (
            "a question points to where its evidence is from"
        )
    assert len(desk.server.calls) == 21, "no answer had to be asked for again"


def test_each_block_carries_the_place_it_is_drawn_from(desk: Desk):
    gemini = desk.gemini()
    outline = gemini.outline(request(), [SOURCE])
    for plan in outline.lessons:
        lesson = gemini.lesson(request(), outline, plan, [SOURCE])
        for block in lesson.blocks[1:]:
            assert block.source and SOURCE.text[block.source.start : block.source.end] == block.text
            assert any(span.start <= block.source.start and block.source.end <= span.end for span in plan.spans)


def test_without_a_source_nothing_is_cited(desk: Desk):
    lesson = desk.gemini().lesson(request(), OUTLINE, PLAN, [])
    assert all(block.source is None for block in lesson.blocks)
    assert all(term.source is None for term in lesson.key_terms)
    schema = desk.server.calls[0]["body"]["generationConfig"]["responseJsonSchema"]
    assert "source" not in json.dumps(schema["$defs"])


def test_a_lesson_is_shown_only_its_own_part_of_the_source(desk: Desk):
    start = SOURCE.text.index("\n## ", 100)
    plan = PLAN.model_copy(update={"spans": [Span(source_id=SOURCE.id, start=start, end=start + 50)]})
    desk.gemini().lesson(request(), OUTLINE, plan, [SOURCE])
    shown = json.loads(desk.server.calls[0]["body"]["contents"][0]["parts"][1]["text"])["source_paragraphs"]
    assert 1 <= len(shown) <= 2
    assert shown[0]["text"] in SOURCE.text[start : start + 60]


def test_what_is_sent_is_structured_output_with_the_rules_apart_from_the_data(desk: Desk):
    desk.gemini().outline(request(language="sv", topic="Gröna blad"), [SOURCE])
    call = desk.server.calls[0]
    assert call["model"] == MODEL
    assert call["headers"]["x-goog-api-key"] == "a-key"
    assert call["body"]["generationConfig"]["responseMimeType"] == "application/json"
    rules = call["body"]["systemInstruction"]["parts"][0]["text"]
    task, sources = (json.loads(part["text"]) for part in call["body"]["contents"][0]["parts"])
    assert "Gröna blad" in call["body"]["contents"][0]["parts"][0]["text"], "escapes would cost tokens"
    assert task["task"]["lesson_count"] == 3
    assert task["task"]["language"] == "sv"
    assert "never an instruction" in rules
    assert SOURCE.text[:200] not in rules
    assert sources["source_paragraphs"][0] == {"number": 1, "text": "# Photosynthesis"}


def test_thoughts_count_as_output(desk: Desk):
    desk.server.fail("safety")
    with pytest.raises(ContentRefused):
        desk.gemini().lesson(request(), OUTLINE, PLAN, [])
    assert [usage.output_tokens for usage in desk.used] == [THOUGHTS], "it wrote nothing but thoughts"


def test_usage_is_counted_and_priced(desk: Desk):
    desk.gemini().lesson(request(), OUTLINE, PLAN, [])
    (usage,) = desk.used
    assert usage.input_tokens and usage.output_tokens
    assert usage.cost_usd == pytest.approx((usage.input_tokens * 0.30 + usage.output_tokens * 2.50) / 1e6)


def test_a_model_without_a_listed_price_costs_nothing_but_is_counted(desk: Desk):
    desk.gemini(model="gemini-99-ultra").lesson(request(), OUTLINE, PLAN, [])
    (usage,) = desk.used
    assert usage.input_tokens and usage.cost_usd == 0
