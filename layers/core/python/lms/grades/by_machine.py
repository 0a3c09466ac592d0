"""A grade that an AI gives, where the assignment lets it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from lms.enrollment import learners
from lms.grades import grades, history, penalties, repository, scoring
from lms.grades.history import Change
from lms.mongo import Document, Transaction
from lms.submissions import submissions

WHY = "An AI has graded this, within the bounds that the assignment sets for that"

Outcome = Literal["applied", "replaced", "grade_stands"]


class Given(NamedTuple):
    """``points`` of ``worth``. ``criteria`` as a grade keeps them, none where there is no ``rubric``. ``ai``: the
    suggestion's part in the grade."""

    points: float
    worth: float
    rubric: Document | None
    criteria: Sequence[Document]
    comment: str
    ai: Document


def give(tx: Transaction, assignment: Mapping[str, Any], submission: Mapping[str, Any], given: Given) -> Outcome:
    """To all who handed it in and learn in the course, but for those who have a grade of a person's or one that
    they have seen; whether it was to anybody. Nobody has it where another submission is the last one by now."""
    last = submissions.held(tx, assignment["_id"], submission["user_id"], None)
    if last is None or last["_id"] != submission["_id"]:
        return "replaced"
    enrolled = learners.active([assignment["course_id"]], submission["member_ids"], tx)
    members = [row["user_id"] for row in enrolled]
    found = repository.of_learners(assignment["_id"], members, tx)
    before = [found.get(_id) or history.none_yet(assignment, _id) for _id in members if _is_free(found.get(_id))]
    if not before:
        return "grade_stands"
    raw = scoring.in_proportion([{"points": given.points}], given.worth, assignment["points"])
    fields = {
        "submission_id": submission["_id"],
        "rubric": given.rubric,
        "criteria": list(given.criteria),
        **penalties.scored(assignment, raw, last["late_seconds"]),
        "excused": False,
        "comment": given.comment,
        "origin": "ai",
        "ai": given.ai,
    }
    grades.written(tx, assignment, [Change(row, fields) for row in before], by=None, why=WHY)
    return "applied"


def _is_free(grade: Mapping[str, Any] | None) -> bool:
    return grade is None or (grade["origin"] == "ai" and grade["released_at"] is None)
