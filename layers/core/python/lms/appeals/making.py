"""Making an appeal: by the learner whose grade is released, for a review of it or for a person to look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from lms import audit, clock, events
from lms.appeals import repository
from lms.assignments import assignments
from lms.courses.access import CourseAccess
from lms.errors import Conflict, NotFound
from lms.fields import rfc3339
from lms.grades import mine
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.appeals.models.appeal import NewAppeal


class Overtaken(Exception):
    """The learner has an open appeal for the assignment."""


def make(tx: Transaction, access: CourseAccess, new: NewAppeal) -> Document:
    """Raise 404 for a submission that is not the caller's or of a deleted assignment; 409 GRADE_NOT_RELEASED where
    it has no grade that the caller sees, NO_APPEALS, APPEAL_OVER after the assignment's days, NO_AI_TOOK_PART where
    a person was asked for and graded; Overtaken where another is open."""
    submission, user_id = access.resource, access.caller.id
    assignment = assignments.of(submission["assignment_id"], tx)
    if user_id not in submission["member_ids"] or assignment["deleted_at"]:
        raise NotFound()
    grade = mine.released(assignment["_id"], user_id, tx)
    if grade is None or grade["submission_id"] != submission["_id"]:
        raise Conflict("This submission has no grade that is released", code="GRADE_NOT_RELEASED")
    _require_allowed(assignment, grade, new.wants)
    appeal = _document(submission, user_id, new)
    try:
        repository.add(tx, appeal)
    except DuplicateKeyError:
        raise Overtaken from None
    _tell(tx, appeal)
    return _with(appeal, assignment)


def _require_allowed(assignment: Mapping[str, Any], grade: Mapping[str, Any], wants: str) -> None:
    if wants == "person":
        if grade.get("ai") is None:
            raise Conflict("No AI took part in this grade", code="NO_AI_TOOK_PART")
        return
    if assignment["appeal_days"] is None:
        raise Conflict("Grades of this assignment are not reviewed", code="NO_APPEALS")
    until = grade["released_at"] + timedelta(days=assignment["appeal_days"])
    if clock.now() >= until:
        raise Conflict("The days for an appeal are over", code="APPEAL_OVER", until=rfc3339(until))


def _document(submission: Mapping[str, Any], user_id: ObjectId, new: NewAppeal) -> Document:
    return {
        "_id": ObjectId(),
        "assignment_id": submission["assignment_id"],
        "course_id": submission["course_id"],
        "submission_id": submission["_id"],
        "user_id": user_id,
        "wants": new.wants,
        "reason": new.reason,
        "state": "open",
        "answer": None,
        "grade_version": None,
        "resolved_by": None,
        "resolved_at": None,
        "created_at": clock.now(),
        "version": 1,
        "deleted_at": None,
    }


def _tell(tx: Transaction, appeal: Mapping[str, Any]) -> None:
    told = {name: appeal[name] for name in ("assignment_id", "course_id", "submission_id", "user_id", "wants")}
    events.record(tx, "appeal.made", actor=appeal["user_id"], subject=appeal["_id"], **told)
    audit.record(tx, "appeal.made", actor=appeal["user_id"], target=appeal["_id"], **told)


def same_as(access: CourseAccess, new: NewAppeal) -> Document:
    """The open appeal, where it says the same of the same submission: who lost the answer gets it again. Raise 409
    APPEAL_OPEN where it says something else."""
    found = repository.open_of(access.resource["assignment_id"], access.caller.id) or {}
    said = {"submission_id": access.resource["_id"], "wants": new.wants, "reason": new.reason}
    if any(found.get(name) != value for name, value in said.items()):
        raise Conflict("There is an open appeal against this grade: it is answered first", code="APPEAL_OPEN")
    return _with(found, assignments.of(found["assignment_id"]))


def _with(appeal: Mapping[str, Any], assignment: Mapping[str, Any]) -> Document:
    return {**appeal, "assignment": assignment, "name": None, "blind": False}
