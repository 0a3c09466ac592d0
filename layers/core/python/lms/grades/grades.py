"""Grades as graders give them and as staff and learners see them: of an assignment and a learner, with or without
a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId
from pymongo.errors import BulkWriteError

from lms import clock, mongo
from lms.assignments import assignments
from lms.blind import pseudonyms
from lms.blind.pseudonyms import Pseudonyms
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.enrollment import visible
from lms.errors import Invalid, NotFound, PreconditionFailed
from lms.grades import history, penalties, releasing, repository, scoring
from lms.grades.history import Change
from lms.grading import parts, suggestions
from lms.mongo import Document, Transaction
from lms.rubrics import rubrics
from lms.submissions import submissions, waiting
from lms.submissions.access import is_staff

if TYPE_CHECKING:
    from lms.grades.models.grade import GivenGrade

_DUPLICATE = 11000


def put(access: CourseAccess, name: str, body: GivenGrade, expected: int) -> Document:
    """Give the learner of this name, a pseudonym where grading is blind, this grade.

    Raise 412 where it is no longer at the ``expected`` version, 0 for none, and 422 for what the rubric does not
    give, a submission that is not the learner's, or a released grade that changes without a why.
    """
    user_id = submissions.learner(access, name)

    def work(tx: Transaction) -> Document:
        assignment = assignments.of(access.resource["_id"], tx)
        submission = submissions.held(tx, assignment["_id"], user_id, body.submission_id)
        graded = _members(access, body, submission) if body.group else {user_id}
        found = repository.of_learners(assignment["_id"], graded | {user_id}, tx)
        before = {_id: found.get(_id) or history.none_yet(assignment, _id) for _id in graded}
        changes.current(before[user_id], expected)
        if body.group:
            before = {_id: row for _id, row in before.items() if _id == user_id or row["origin"] != "person"}
        _require_why(before, body.why)
        fields = _given(tx, assignment, submission, body)
        given = [Change(row, fields) for row in before.values()]
        return written(tx, assignment, given, by=access.caller.id, why=body.why)[user_id]

    return shown(access, mongo.transaction(work))


def _members(access: CourseAccess, body: GivenGrade, submission: Mapping[str, Any] | None) -> set[ObjectId]:
    """Who handed it in together, as far as the caller sees them."""
    if submission is None or submission["group_id"] is None:
        raise Invalid(errors=[{"pointer": "/group", "message": "needs a submission of a group"}])
    return visible.among(access, submission["member_ids"])


def _require_why(before: Mapping[ObjectId, Mapping[str, Any]], why: str | None) -> None:
    if why is None and any(row["released_at"] for row in before.values()):
        message = "is needed: learners have seen this grade"
        raise Invalid(errors=[{"pointer": "/why", "message": message}], code="WHY_NEEDED")


def _given(
    tx: Transaction, assignment: Mapping[str, Any], submission: Mapping[str, Any] | None, body: GivenGrade
) -> Document:
    """What the body says, as it is kept."""
    possible, raw, rubric, criteria = assignment["points"], None, None, []
    if body.criteria is not None:
        rubric = _rubric(tx, assignment, submission)
        criteria = scoring.criteria(body.criteria, rubric)
        raw = scoring.in_proportion(criteria, rubric["points"], possible)
    elif body.points is not None:
        raw = scoring.of_points(body.points, possible)
    return {
        "submission_id": submission["_id"] if submission else None,
        "rubric": {"id": rubric["rubric_id"], "version": rubric["version"]} if rubric else None,
        "criteria": criteria,
        **penalties.scored(assignment, raw, submission["late_seconds"] if submission else 0),
        "excused": body.excused,
        "comment": body.comment,
        "origin": "group" if body.group else "person",
        "ai": _part_of_ai(tx, submission),
    }


def _part_of_ai(tx: Transaction, submission: Mapping[str, Any] | None) -> Document | None:
    """What an AI had suggested for it before, so that the learner sees that there was one."""
    found = suggestions.latest([submission["_id"]], tx) if submission else {}
    return next((parts.part(each, "suggested") for each in found.values()), None)


def _rubric(tx: Transaction, assignment: Mapping[str, Any], submission: Mapping[str, Any] | None) -> Document:
    """The version that the submission was handed in under, else the assignment's rubric as it stands."""
    pin = submission["rubric"] if submission else None
    if pin is None and assignment["rubric_id"] is None:
        raise Invalid(errors=[{"pointer": "/criteria", "message": "need a rubric: the assignment has none"}])
    if pin is None:
        latest = rubrics.latest(assignment["rubric_id"], tx)
        pin = {"id": latest["_id"], "version": latest["version"]}
    return rubrics.pinned(tx, pin["id"], pin["version"])


def written(
    tx: Transaction, assignment: Mapping[str, Any], given: Sequence[Change], *, by: ObjectId | None, why: str | None
) -> dict[ObjectId, Document]:
    """By learner, the grades as they are now: what these are given for waits no longer, and learners see theirs
    where the assignment releases grades at once.

    Raise 412 where another has given one of them a first grade at the same time.
    """
    now = clock.now()
    at_once = now if assignment["release"] == "at_once" else None
    dated = [
        Change(
            row,
            {**fields, "graded_by": by, "graded_at": now, "released_at": row["released_at"] or at_once},
        )
        for row, fields in given
    ]
    try:
        after = history.change(tx, dated, by=by, why=why)
    except BulkWriteError as error:
        if all(each["code"] == _DUPLICATE for each in error.details["writeErrors"]):
            raise PreconditionFailed() from None
        raise
    waiting.graded(tx, assignment["_id"], {row["user_id"]: row["submission_id"] for row in after})
    if at_once:
        unseen = [row["user_id"] for row, _ in given if row["released_at"] is None]
        releasing.tell(tx, assignment, unseen, by=by)
    return {row["user_id"]: row for row in after}


def read(access: CourseAccess, name: str) -> Document:
    """The learner's grade with its history: to staff as it stands, to learners their own once it is released.

    Raise 404 for a learner whom the caller does not see.
    """
    if is_staff(access):
        return shown(access, _found(access, submissions.learner(access, name)))
    if name != str(access.caller.id) or not access.resource["published"]:
        raise NotFound()
    return shown(access, _released(access, _found(access, access.caller.id)))


def _found(access: CourseAccess, user_id: ObjectId) -> Document:
    return repository.grade(access.resource["_id"], user_id) or history.none_yet(access.resource, user_id)


def _released(access: CourseAccess, grade: Document) -> Document:
    return grade if grade["released_at"] else history.none_yet(access.resource, grade["user_id"])


def shown(access: CourseAccess, grade: Mapping[str, Any]) -> Document:
    """With its history."""
    rows = history.of(grade) if grade["version"] else []
    if not is_staff(access):
        return {**_seen(grade, None), "history": history.since_release(rows)}
    return {**_seen(grade, pseudonyms.needed(access.resource)), "history": rows}


def _seen(grade: Mapping[str, Any], named: Pseudonyms | None) -> Document:
    user_id = grade["user_id"]
    return {**grade, "blind": named is not None, "user_id": named.of(user_id) if named else user_id}


def variant(access: CourseAccess, shown: Mapping[str, Any]) -> str:
    """What the representation depends on beside the version."""
    return "blind" if shown["blind"] else "staff" if is_staff(access) else "own"


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """A row for each learner whom the caller sees, in the order of ``lms.submissions.submissions.page``."""
    rows = submissions.by_learner(access, cursor, limit)
    found = repository.of_learners(access.resource["_id"], rows)
    named = pseudonyms.needed(access.resource)
    return [
        {**row, "grade": _seen(found.get(user_id) or history.none_yet(access.resource, user_id), named)}
        for user_id, row in rows.items()
    ]
