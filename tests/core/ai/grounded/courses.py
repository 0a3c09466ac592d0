"""Whole courses made by the grounded provider."""

from collections.abc import Iterator
from functools import cache

from lms.ai.grounded.material import capacity, read
from lms.ai.grounded.provider import Grounded
from lms.ai.grounded.relevance import segments_for
from lms.ai.models import Lesson, LessonPlan, Quiz, Source
from tests.core.ai.grounded.texts import SHAPES, asked, given, library

LANGUAGES = {"german": "de", "chinese": "zh"}
Made = tuple[Source, LessonPlan, Lesson, Quiz]


@cache
def shelf() -> dict[str, tuple[Source, str, tuple[int, ...]]]:
    """By name: a source, its language, and the lesson counts to try."""
    shipped = {source.id: (source, "en", (4, 15)) for source in library()}
    shapes = {}
    for name, text in SHAPES.items():
        source = given(text)
        most = capacity(segments_for(asked("The topic", 1, text), [read(source)]))
        shapes[name] = (source, LANGUAGES.get(name, "en"), tuple(range(1, most + 1)))
    return shipped | shapes


@cache
def made(name: str) -> tuple[Made, ...]:
    """All lessons and quizzes of the courses made from one source."""
    return tuple(_made(name))


def _made(name: str) -> Iterator[Made]:
    source, language, counts = shelf()[name]
    provider = Grounded()
    for count in counts:
        request = asked(source.title, count, source.text, language)
        outline = provider.outline(request, [source])
        for plan in outline.lessons:
            lesson = provider.lesson(request, outline, plan, [source])
            yield source, plan, lesson, provider.quiz(request, plan, lesson, [source])


NAMES = (*(source.id for source in library()), *SHAPES)
