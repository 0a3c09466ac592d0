"""What coming late costs: kept apart from what the work is worth, counted anew when dates or policies change."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms.attempts import window
from lms.grades import history, repository
from lms.grades.history import Change
from lms.mongo import Document, Transaction
from lms.rubrics import points

WHY = "The due date, the late policy or the points of the assignment have changed"


def scored(assignment: Mapping[str, Any], raw: float | None, late_seconds: int) -> Document:
    """``raw`` with the penalty for coming late and the score that remains; None where the learner is excused."""
    if raw is None:
        return {"raw": None, "late_seconds": late_seconds, "penalty": 0.0, "score": None}
    lost = window.penalty(assignment["late_policy"], late_seconds, raw, assignment["points"])
    penalty = points.rounded(points.decimal(lost))
    score = points.rounded(points.decimal(raw) - points.decimal(penalty))
    return {"raw": raw, "late_seconds": late_seconds, "penalty": penalty, "score": score}


def recount(
    tx: Transaction, assignments: Mapping[ObjectId, Mapping[str, Any]], late: Mapping[ObjectId, int]
) -> None:
    """Bring the grades that were given for these submissions to how late these are now, in seconds."""
    changes = []
    for grade in repository.of_submissions(tx, late):
        fields = scored(assignments[grade["assignment_id"]], grade["raw"], late[grade["submission_id"]])
        if any(grade[name] != value for name, value in fields.items()):
            changes.append(Change(grade, fields))
    history.change(tx, changes, by=None, why=WHY)
