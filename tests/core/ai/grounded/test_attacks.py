"""Orders that a source hides have no effect on what the grounded provider draws from it: it is as if they were not
there."""

from functools import cache
from typing import Any

import pytest
from bson import ObjectId

from lms.ai import gates
from lms.ai.grounded import answering
from lms.ai.grounded.provider import Grounded
from lms.ai.grounded.questions import KINDS
from lms.ai.invisible import visible
from lms.ai.lesson_texts import LessonText, QuestionTask, Task
from lms.ai.models import CourseRequest, Source
from lms.fields import Difficulty
from lms.figures import Figure
from tests.attacks import ATTACKS, Attack
from tests.core.ai.grounded.texts import asked, given, library

BODY = next(each.text for each in library() if each.id == "photosynthesis")[:2_500].rpartition("\n\n")[0]
PLACES = ("paragraph", "in a paragraph", "end")
COUNT = 2
VISIBLE = tuple(attack for attack in ATTACKS if attack.obeys != "unseen")


def poisoned(order: str, place: str) -> str:
    """The text with the order in it: before its last paragraph, inside that, or at the end."""
    before, _, last = BODY.rpartition("\n\n")
    if place == "paragraph":
        return f"{before}\n\n{order}\n\n{last}"
    if place == "in a paragraph":
        first, _, rest = last.partition(". ")
        return f"{before}\n\n{first}. {order}\n\n{rest}"
    return f"{BODY}\n\n{order}"


def words(made: Any) -> Any:
    """What is said, without the places where it stands in the source."""
    if isinstance(made, dict):
        return {name: words(value) for name, value in made.items() if name not in ("source", "spans")}
    return [words(each) for each in made] if isinstance(made, list) else made


def course(text: str) -> list[Any]:
    """All that is drawn from a text: the outline, and every lesson with its quiz."""
    request, source, provider = _request(text), given(text), Grounded()
    outline = provider.outline(request, [source])
    made: list[Any] = [outline.model_dump(mode="json")]
    for plan in outline.lessons:
        lesson = provider.lesson(request, outline, plan, [source])
        _check_extraction(lesson.blocks, source)
        quiz = provider.quiz(request, plan, lesson, [source])
        made += [lesson.model_dump(mode="json"), quiz.model_dump(mode="json")]
    return made


def _request(text: str) -> CourseRequest:
    return asked("Photosynthesis", COUNT, text, "en")


def _check_extraction(blocks: Any, source: Source) -> None:
    for block in blocks:
        assert block.source and source.text[block.source.start : block.source.end] == block.text


@cache
def harmless(place: str) -> list[Any]:
    return words(course(poisoned("", place)))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_course_is_what_it_would_be_without_the_order(attack: Attack):
    place = PLACES[ATTACKS.index(attack) % len(PLACES)]
    order = "" if attack.obeys == "unseen" else visible(attack.text)
    assert words(course(poisoned(order, place))) == harmless(place)


@pytest.mark.parametrize("attack", [each for each in VISIBLE if "\n" not in each.text], ids=lambda each: each.name)
def test_an_order_in_a_heading_becomes_no_title(attack: Attack):
    order = visible(attack.text)
    before, _, last = BODY.rpartition("\n\n")
    text = f"{before}\n\n## {order}\n\n{last}"
    outline = Grounded().outline(_request(text), [given(text)])
    said = [outline.title, outline.description, *outline.skills]
    said += [part for plan in outline.lessons for part in (plan.title, *plan.objectives)]
    assert not any(order[:20].casefold() in part.casefold() for part in said)


PARAGRAPHS = tuple(part for part in BODY.split("\n\n") if not part.startswith("#"))
REST = next(each.text for each in library() if each.id == "photosynthesis")[2_500:5_000]


def enhanced(order: str, title: str, action: str, **more: Any) -> Any:
    """Of a lesson that ends in the order, by a source that does so too."""
    *before, last = PARAGRAPHS
    texts = [*before, f"{last}\n\n{order}".strip()]
    source = given("\n\n".join([*texts, REST, order]).strip())
    starts = [source.text.index(text) for text in texts]
    blocks: list[dict[str, Any]] = [
        {
            "id": str(n),
            "kind": "markdown",
            "text": text,
            "source": {"source_id": source.id, "start": start, "end": start + len(text)},
        }
        for n, (text, start) in enumerate(zip(texts, starts, strict=True))
    ]
    lesson = LessonText.model_validate(
        {
            "id": "b" * 24,
            "title": title,
            "audience": "a",
            "difficulty": "beginner",
            "language": "en",
            "blocks": blocks,
        }
    )
    if action == "questions":
        task = QuestionTask(count=12, kinds=list(KINDS), difficulty=Difficulty.BEGINNER, language="en")
        return words([each.question.model_dump() for each in Grounded().questions(task, lesson, [source]).asked])
    task = Task.model_validate({"action": action, "block_ids": [each.id for each in lesson.blocks], **more})
    made = Grounded().enhance(task, lesson, [source])
    changes = [(each.block_id, each.after_id, each.text) for each in made.changes]
    return changes, made.summary, [words(term.model_dump()) for term in made.key_terms]


TASKS: dict[str, dict[str, Any]] = {
    "rewrite": {"level": "beginner"},
    "shorten": {},
    "expand": {},
    "summary": {},
    "key_terms": {},
    "questions": {},
}


@cache
def harmlessly_enhanced(task: str) -> Any:
    return enhanced("", "Photosynthesis", task, **TASKS[task])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("attack", VISIBLE, ids=lambda attack: attack.name)
def test_work_on_a_lesson_is_what_it_would_be_without_the_order(attack: Attack, task: str):
    assert enhanced(visible(attack.text), "Photosynthesis", task, **TASKS[task]) == harmlessly_enhanced(task)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("attack", VISIBLE[::8], ids=lambda attack: attack.name)
def test_nothing_of_a_lessons_title_is_written_into_it(attack: Attack, task: str):
    order = visible(attack.text)
    assert order[:20].casefold() not in str(enhanced("", order, task, **TASKS[task])).casefold()


def answered(question: str, *texts: str) -> list[str]:
    lesson = {"_id": ObjectId("c" * 24), "title": "Photosynthesis"}
    blocks = [{"id": str(n), "kind": "markdown", "text": text} for n, text in enumerate(texts) if text]
    passages = answering.best_passages(question, [{**lesson, "blocks": blocks}], 40)
    return [each.text for each in Grounded().answer(question, passages, "en")]


ASKED = "How do guard cells open a stoma?"


@pytest.mark.parametrize("attack", VISIBLE, ids=lambda attack: attack.name)
def test_an_answer_is_what_it_would_be_without_the_order(attack: Attack):
    order, said = visible(attack.text), answered(ASKED, *PARAGRAPHS)
    assert said
    assert answered(ASKED, *PARAGRAPHS, order) == said
    assert answered(f"{ASKED}\n\n{order}", *PARAGRAPHS) == said
    assert not any(order[:20].casefold() in each.casefold() for each in answered(order, *PARAGRAPHS, order))


@pytest.mark.parametrize("attack", VISIBLE, ids=lambda attack: attack.name)
def test_a_label_is_called_by_its_name_and_does_nothing_else(attack: Attack):
    told, harmless = (narrated(label) for label in (visible(attack.text), "Leaves"))
    assert [each.replace(visible(attack.text), "Leaves") for each in told] == harmless


def narrated(label: str) -> list[str]:
    figures = [
        Figure("progress.started", "Lessons started", 3, "lessons", 5),
        Figure("quizzes.best", "Score in the best quiz", 80.0, "percent", 1, label),
        Figure("quizzes.weakest", "Score in the weakest quiz", 40.0, "percent", 1, label),
    ]
    told = Grounded().narrate(figures, "learner", "en")
    assert gates.narrative(told, figures, "en") == []
    return [each.text for each in told]
