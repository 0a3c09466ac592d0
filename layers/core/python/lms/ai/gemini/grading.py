"""A grade along a rubric: what is asked, what is answered, and what of it stands in the submission."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from lms.ai import submission_reading as reading
from lms.ai.gemini import markup, prompts
from lms.ai.gemini.answers import Answer, Text, Unusable
from lms.ai.gemini.prompts import Prompt
from lms.ai.grading_task import CriterionGrade, Evidence, Grading, GradingCriterion, GradingTask, given

_LEAST_QUOTED = 3

_WITHOUT_EVIDENCE = 0.5
"""What is left of the confidence in points that rest on nothing in the submission."""


class CriterionAnswer(Answer):
    criterion: Annotated[int, Field(description="a criterion's number")]
    points: Annotated[float, Field(allow_inf_nan=False)]
    evidence: Annotated[str, Field(description="copied letter for letter from the submission, or empty")]
    feedback: Text
    confidence: Annotated[float, Field(ge=0, le=1)]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Not the evidence, of which no more is kept than where it stands in the submission."""
        yield "feedback", self.feedback


class GradeAnswer(Answer):
    criteria: Annotated[list[CriterionAnswer], Field(max_length=30)]


def prompt(task: GradingTask) -> Prompt:
    asked = {
        "write": "grade",
        "language": task.language,
        "criteria": [_shown(number, each) for number, each in enumerate(task.criteria, start=1)],
    }
    return prompts.prompt(
        "grade.v1",
        asked,
        assignment={"title": task.title, "instructions": task.instructions},
        reference_answers=task.references,
        submission=task.text,
    )


def _shown(number: int, criterion: GradingCriterion) -> dict[str, Any]:
    levels = [each.model_dump(include={"title", "description", "points"}) for each in criterion.levels]
    return {
        "number": number,
        "title": criterion.title,
        "description": criterion.description,
        "points": "any" if criterion.ranged else "of a level",
        "levels": levels,
    }


def grading(answer: GradeAnswer, task: GradingTask) -> Grading:
    """In the rubric's order. Raise Unusable unless every criterion is there exactly once."""
    numbers = range(1, len(task.criteria) + 1)
    said = [each.criterion for each in answer.criteria]
    problems = [f"criterion {n} is there {said.count(n)} times, not once" for n in numbers if said.count(n) != 1]
    problems += [f"there is no criterion {n}" for n in dict.fromkeys(said) if n not in numbers]
    for each in answer.criteria:
        shown = markup.forbidden(each.feedback)
        problems += [f"the feedback on criterion {each.criterion} holds {what}" for what in shown]
    if problems:
        raise Unusable(problems)
    by_number = {each.criterion: each for each in answer.criteria}
    return Grading(
        grades=[_grade(criterion, by_number[n], task) for n, criterion in zip(numbers, task.criteria, strict=True)]
    )


def _grade(criterion: GradingCriterion, said: CriterionAnswer, task: GradingTask) -> CriterionGrade:
    evidence = _evidence(said.evidence, task)
    nothing_said = not said.evidence.strip() and criterion.allowed(said.points) == criterion.worst.points
    sure = 1.0 if evidence or nothing_said else _WITHOUT_EVIDENCE
    return given(criterion, said.points, evidence, said.feedback, said.confidence * sure)


def _evidence(quote: str, task: GradingTask) -> Evidence | None:
    """Where the quote stands word for word in what is seen of the submission, whatever its line breaks, and in what
    is no order; None where it does not."""
    if len(quote.split()) < _LEAST_QUOTED:
        return None
    words = r"\s+".join(map(re.escape, quote.split()))
    pattern = re.compile(rf"(?<!\w){words}(?!\w)")
    shown = reading.shown(task.text)
    found = (pattern.search(shown.text, *part) for part in reading.own_parts(task))
    return next((shown.evidence(*place.span()) for place in found if place), None)
