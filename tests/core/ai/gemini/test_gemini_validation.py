"""Answers that break a rule are asked for again with what was wrong, at most twice."""

import pytest
from pydantic import BaseModel, ValidationError

from lms.ai import models
from lms.ai.failures import ContentRefused
from lms.ai.gemini.teaching import LessonAnswer
from tests.core.ai.gemini.desk import OUTLINE, PLAN, SOURCE, Desk, request


def ask(desk: Desk, task: str):
    gemini = desk.gemini()
    if task == "outline":
        return gemini.outline(request(), [SOURCE])
    lesson = gemini.lesson(request(), OUTLINE, PLAN, [SOURCE])
    return lesson if task == "lesson" else gemini.quiz(request(), PLAN, lesson, [SOURCE])


WRONG = [
    ("outline", "malformed_json", "Invalid JSON"),
    ("lesson", "wrong_schema", "Field required"),
    ("outline", "one_lesson_less", "exactly 3 are required"),
    ("outline", "cites_elsewhere", "paragraph 9999 is not among"),
    ("lesson", "cites_elsewhere", "paragraph 9999 is not among"),
    ("outline", "cites_nothing", "lesson 1 names no source paragraph"),
    ("lesson", "cites_nothing", "the summary names no source paragraph"),
    ("lesson", "truncated", "cut off"),
    ("lesson", "recitation", "RECITATION"),
    ("lesson", "markup", "holds HTML"),
    ("quiz", "invents_evidence", ""),
    ("quiz", "malformed_json", "Invalid JSON"),
]


@pytest.mark.parametrize(("task", "kind", "said"), WRONG)
def test_it_is_asked_again_with_the_error_and_may_mend_it(desk: Desk, task: str, kind: str, said: str):
    desk.server.fail(kind, task=task, count=2)
    assert ask(desk, task)
    calls = [call for call in desk.server.calls if call["task"] == task]
    assert [call["fault"] for call in calls] == [kind, kind, None]
    assert calls[0]["corrections"] == []
    assert said in " ".join(calls[1]["corrections"])
    assert calls[1]["corrections"] == calls[2]["corrections"]
    assert len(desk.used) == len(desk.server.calls), "refused answers took tokens too"


@pytest.mark.parametrize(("task", "kind", "said"), WRONG)
def test_the_third_unusable_answer_is_the_last(desk: Desk, task: str, kind: str, said: str):
    desk.server.fail(kind, task=task, count=None)
    with pytest.raises(ContentRefused, match="failed validation 3 times") as failure:
        ask(desk, task)
    assert said in failure.value.reason
    assert desk.faults.count(kind) == 3
    assert desk.waits == []


@pytest.mark.parametrize(("kind", "name"), [("safety", "SAFETY"), ("prompt_blocked", "PROHIBITED_CONTENT")])
def test_what_the_filter_blocks_is_refused_at_once(desk: Desk, kind: str, name: str):
    desk.server.fail(kind, count=None)
    with pytest.raises(ContentRefused, match=name):
        desk.gemini().lesson(request(), OUTLINE, PLAN, [SOURCE])
    assert desk.faults == [kind]
    assert len(desk.used) == 1


CONTENT = [
    models.Source,
    models.Outline,
    models.Lesson,
    models.Quiz,
    models.Cloze,
    models.Block,
    LessonAnswer,
]


@pytest.mark.parametrize("model", CONTENT)
def test_a_validation_error_does_not_quote_what_was_written(model: type[BaseModel]):
    said = {name: ["a secret"] for name in model.model_fields}
    with pytest.raises(ValidationError) as failure:
        model.model_validate(said)
    assert "secret" not in str(failure.value)
