"""What was drawn from a text, without what does not pass the gates; where nothing is left, a person is told why."""

from collections.abc import Sequence

from lms.ai import gates
from lms.ai.failures import ContentRefused
from lms.ai.gates import readability
from lms.ai.grounded.words import word_count
from lms.ai.models import Block, CourseRequest, Lesson, Outline, Quiz, Source

_MOST_TOLD = 5
_LEAST_SHARE = 0.5
"""A lesson that would lose more than half of its words for being hard to read is refused instead."""


def outline(made: Outline, request: CourseRequest, sources: Sequence[Source]) -> Outline:
    """Raise ContentRefused."""
    _report(gates.outline(made, request, sources))
    return made


def lesson(made: Lesson, request: CourseRequest, sources: Sequence[Source]) -> Lesson:
    """Raise ContentRefused."""
    kept = gates.sound(made, request, sources)
    if kept is None:
        raise ContentRefused("Nothing of the text that this lesson is drawn from passes the checks.")
    eased = _eased(kept, request)
    _report(gates.lesson(eased, request, sources))
    return eased


def quiz(made: Quiz, request: CourseRequest, lesson: Lesson) -> Quiz:
    """Raise ContentRefused."""
    found = gates.passing(made.questions, lesson)
    if not found:
        _report(gates.quiz(made, lesson, request.language))
    kept = Quiz(questions=found)
    _report(gates.quiz(kept, lesson, request.language))
    return kept


def _eased(made: Lesson, request: CourseRequest) -> Lesson:
    """Without its hardest blocks, as many as it takes for the audience to be able to read the rest."""
    blocks, least = list(made.blocks), _LEAST_SHARE * word_count(made.text)
    while readability.problems(_prose(blocks), request.language, request.difficulty, request.audience):
        hardest = max(blocks[1:], key=lambda block: readability.hardness(block.text), default=None)
        rest = [block for block in blocks if block is not hardest]
        if hardest is None or word_count(_prose(rest)) < least:
            return made
        blocks = rest
    return made if len(blocks) == len(made.blocks) else Lesson(blocks=blocks, key_terms=made.key_terms)


def _prose(blocks: Sequence[Block]) -> str:
    return "\n\n".join(block.text for block in blocks)


def _report(problems: Sequence[str]) -> None:
    if problems:
        raise ContentRefused(f"What the text gives does not pass the checks: {'; '.join(problems[:_MOST_TOLD])}")
