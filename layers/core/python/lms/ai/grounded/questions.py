"""Questions whose answers stand in the lesson: each rests on one sentence of it, and no two on the same."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence

from lms.ai.grounded import choices, gaps, naming, statements
from lms.ai.grounded.layout import Layout, Maker, lay_out
from lms.ai.grounded.text import plain
from lms.ai.models import CourseRequest, Lesson, LessonPlan, Question, Quiz, Source, TrueFalse

_LEAST = 4

KINDS: dict[str, tuple[Maker, ...]] = {
    "single": (
        choices.terms_for_definitions,
        choices.definitions_for_terms,
        choices.terms_for_gaps,
        choices.numbers_for_gaps,
    ),
    "true_false": (statements.told,),
    "cloze": (gaps.terms, gaps.numbers),
    "short_text": (naming.terms,),
}
"""The kinds of question there are, each with the forms that it takes."""


def from_lesson(
    lesson: Lesson,
    *,
    count: int,
    kinds: Collection[str] = tuple(KINDS),
    title: str = "",
    language: str = "en",
    sources: Sequence[Source] = (),
    besides: Iterable[Question] = (),
    seed: str = "",
) -> list[Question]:
    """Up to ``count`` questions of the ``kinds`` (``single``, ``true_false``, ``cloze``, ``short_text``), by turns;
    fewer, or none at all, where the lesson holds no more that can be asked well.

    Each one's ``evidence`` is one sentence of the lesson that settles the answer, and no two share it. ``title`` is
    the lesson's and says what matters in it; ``language`` is that of the prompts' few words of their own.
    ``sources`` give wrong answers beside the lesson's own terms: what it cites, or the texts of lessons around it.
    What ``besides`` ask, the questions of a quiz or of other lessons, is not asked again. The same call always
    gives the same questions; another ``seed`` asks about other terms and sentences first.
    """
    layout = lay_out(lesson, title=title, language=language, sources=sources, keywords=True, seed=seed)
    layout.leave_out(besides)
    turns = [_of_kind(layout, kind) for kind in KINDS if kind in kinds]
    found: list[Question] = []
    while turns and len(found) < count:
        for turn in [*turns]:
            question = next(turn, None) if len(found) < count else None
            if question:
                found.append(question)
            elif len(found) < count:
                turns.remove(turn)
    return found


def _of_kind(layout: Layout, kind: str) -> Iterator[Question]:
    """The kind's questions, its forms by turns."""
    forms = [make(layout) for make in KINDS[kind]]
    while forms:
        for form in [*forms]:
            question = next(form, None)
            if question:
                yield question
            else:
                forms.remove(form)


def quiz(request: CourseRequest, plan: LessonPlan, lesson: Lesson, sources: Sequence[Source]) -> Quiz:
    """Four to six questions of all kinds; fewer where the lesson has too few sentences, at least one."""
    layout = lay_out(lesson, title=plan.title, language=request.language, sources=sources)
    true_first = hashlib.sha256(plan.title.encode()).digest()[0] % 2
    told: list[Maker] = [statements.true_ones, statements.false_ones]
    first, second = told if true_first else reversed(told)
    numbers_at_last = (choices.terms_for_gaps, choices.numbers_for_gaps)
    series: list[Sequence[Maker]] = [
        (choices.terms_for_definitions, *numbers_at_last),
        (first,),
        (gaps.terms,),
        (choices.definitions_for_terms, choices.terms_for_definitions, *numbers_at_last),
        (naming.terms,),
        (second,),
    ]
    found = [question for makers in series if (question := _first(makers, layout))]
    spare: list[Maker] = [choices.terms_for_gaps, gaps.terms, choices.numbers_for_gaps, gaps.numbers, *told]
    while len(found) < _LEAST and (question := _first(spare, layout)):
        found.append(question)
    return Quiz(questions=found or [_anything(layout, lesson)])


def _first(makers: Iterable[Maker], layout: Layout) -> Question | None:
    return next((question for make in makers if (question := next(make(layout), None))), None)


def _anything(layout: Layout, lesson: Lesson) -> Question:
    """The first sentence there is, as a true statement."""
    if layout.document.units:
        return statements.statement(layout, 0, plain(layout.evidence(0)), answer=True)
    block = lesson.blocks[0]
    prompt = layout.say.true_or_false.format(plain(block.text))
    return TrueFalse(prompt=prompt, answer=True, evidence=block.text, source=block.source)
