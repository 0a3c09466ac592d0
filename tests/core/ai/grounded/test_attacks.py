"""Orders that a source hides have no effect on what the grounded provider draws from it: it is as if they were not
there."""

from functools import cache
from typing import Any

import pytest

from lms.ai.grounded.provider import Grounded
from lms.ai.invisible import visible
from lms.ai.models import CourseRequest, Source
from tests.attacks import ATTACKS, Attack
from tests.core.ai.grounded.texts import asked, given, library

BODY = next(each.text for each in library() if each.id == "photosynthesis")[:5_000].rpartition("\n\n")[0]
PLACES = ("paragraph", "in a paragraph", "end")
COUNT = 2


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


@pytest.mark.parametrize("attack", [each for each in ATTACKS if "\n" not in each.text], ids=lambda each: each.name)
def test_an_order_in_a_heading_becomes_no_title(attack: Attack):
    if attack.obeys == "unseen":
        return
    order = visible(attack.text)
    before, _, last = BODY.rpartition("\n\n")
    text = f"{before}\n\n## {order}\n\n{last}"
    outline = Grounded().outline(_request(text), [given(text)])
    said = [outline.title, outline.description, *outline.skills]
    said += [part for plan in outline.lessons for part in (plan.title, *plan.objectives)]
    assert not any(order[:20].casefold() in part.casefold() for part in said)
