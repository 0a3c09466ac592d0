"""Grades of many learners at once, as a spreadsheet has them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bson import ObjectId

from lms.assignments import assignments
from lms.errors import PreconditionFailed
from lms.grades import grades, history, penalties, repository, scoring
from lms.grades.history import Change
from lms.grading import parts, suggestions
from lms.mongo import Document, Transaction
from lms.submissions import submissions


class Given(NamedTuple):
    """``version`` is that of the grade which this builds on; ``points`` None: excused."""

    version: int
    points: float | None


def put(tx: Transaction, by: ObjectId, assignment_id: ObjectId, given: Mapping[ObjectId, Given], why: str) -> None:
    """Give each learner this grade for their last work, without criteria; comments stay. Raise 412 where one is no
    longer at its version, 422 for more points than there are."""
    assignment = assignments.of(assignment_id, tx)
    found = repository.of_learners(assignment_id, given, tx)
    last = submissions.last_by_learner(assignment_id, given)
    graded = []
    for user_id, (version, points) in given.items():
        before = found.get(user_id) or history.none_yet(assignment, user_id)
        if before["version"] != version:
            raise PreconditionFailed()
        graded.append(Change(before, _graded(assignment, before, last.get(user_id), points)))
    suggested = suggestions.latest({change.fields["submission_id"] for change in graded} - {None}, tx)
    grades.written(tx, assignment, [_told(each, suggested) for each in graded], by=by, why=why)


def _told(change: Change, suggested: Mapping[ObjectId, Document]) -> Change:
    """With the part that an AI had in it, for the learner to see."""
    found = suggested.get(change.fields["submission_id"])
    return Change(change.before, {**change.fields, "ai": parts.part(found, "suggested") if found else None})


def _graded(
    assignment: Mapping[str, Any], before: Mapping[str, Any], submission: Document | None, points: float | None
) -> Document:
    raw = None if points is None else scoring.of_points(points, assignment["points"])
    late_seconds = submission["late_seconds"] if submission else 0
    return {
        "submission_id": submission["_id"] if submission else None,
        "rubric": None,
        "criteria": [],
        **penalties.scored(assignment, raw, late_seconds),
        "excused": points is None,
        "comment": before["comment"],
        "origin": "person",
    }
