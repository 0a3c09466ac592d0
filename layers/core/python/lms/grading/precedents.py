"""Answers that persons have graded, for the grader without a language model to hold others against."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.ai.grading_task import GradingCriterion, GradingTask
from lms.ai.grounded.words import word_count
from lms.grades import confirmed
from lms.grading.reading import ALL
from lms.intelligence.precedents import Graded, Label
from lms.submissions import compared

_MOST = 100
_MOST_WORDS = 180
"""As of what is held against them."""

_RIGHT, _WRONG = 0.75, 0.25
"""Shares of a criterion's points. What lies between them is neither."""


def of(
    assignment: Mapping[str, Any], task: GradingTask, submission: Mapping[str, Any]
) -> dict[str, tuple[Graded, ...]]:
    """By criterion; without its own grade, and without what was graded by another version of its rubric, where a
    criterion may be worth other points."""
    grades = [
        row
        for row in confirmed.with_submissions(assignment["_id"], _MOST)
        if row["submission_id"] != submission["_id"] and submission["rubric"] in (None, row["rubric"])
    ]
    texts = {
        row["_id"]: row["text"]
        for row in compared.with_content({row["submission_id"] for row in grades})
        if row["text"] and not row["code"] and not row["file_ids"] and word_count(row["text"]) <= _MOST_WORDS
    }
    # Of a group's, the members' grades are of the same text.
    by_text = {texts[row["submission_id"]]: row for row in grades if row["submission_id"] in texts}
    return {each.id: tuple(_graded(each, by_text)) for each in task.criteria}


def _graded(criterion: GradingCriterion, by_text: Mapping[str, Mapping[str, Any]]) -> Iterator[Graded]:
    for text, grade in by_text.items():
        label = _label(criterion, _points(criterion, grade))
        if label:
            yield Graded(text, label)


def _points(criterion: GradingCriterion, grade: Mapping[str, Any]) -> float:
    if criterion.id == ALL:
        return float(grade["raw"])
    rows: Sequence[Mapping[str, Any]] = grade["criteria"]
    return next(float(row["points"]) for row in rows if str(row["criterion_id"]) == criterion.id)


def _label(criterion: GradingCriterion, points: float) -> Label | None:
    share = (points - criterion.worst.points) / (criterion.best.points - criterion.worst.points)
    return "correct" if share >= _RIGHT else "incorrect" if share <= _WRONG else None
