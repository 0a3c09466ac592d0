"""Appeals as staff and learners see them, and how they are answered. A grade itself changes as any other does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import audit, clock, events, mongo
from lms.appeals import repository
from lms.appeals.repository import Place
from lms.assignments import assignments
from lms.auth import people
from lms.blind import pseudonyms
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.cursors import decode_cursor, not_a_cursor
from lms.enrollment import visible
from lms.errors import Conflict, Invalid, NotFound
from lms.grades import mine
from lms.mongo import Document, Transaction
from lms.submissions.access import is_staff

if TYPE_CHECKING:
    from lms.appeals.models.appeal import Resolution, State

_STATES = ("open", "resolved")
_FEWEST = 100
"""To look through at once, where some are not shown."""


def page(access: CourseAccess, state: State | None, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit``, the open ones first: of the learners whom staff see, or the caller's own; none of a
    deleted assignment."""
    whose, after, most, found = _whose(access), _place(cursor), limit, list[Document]()
    while len(found) < limit:
        rows = repository.page(access.course_id, whose, state, after, most)
        found += [each for each in shown(access, rows) if not each["assignment"]["deleted_at"]]
        if len(rows) < most:
            break
        after, most = (rows[-1]["state"], rows[-1]["_id"]), max(limit, _FEWEST)
    return found[:limit]


def _whose(access: CourseAccess) -> set[ObjectId] | None:
    """None where the caller sees everybody's."""
    if not is_staff(access):
        return {access.caller.id}
    return None if visible.cohorts_seen(access) is None else visible.among(access)


def place(appeal: Mapping[str, Any]) -> list[str]:
    """A row's, for the cursor."""
    return [appeal["state"], str(appeal["_id"])]


def _place(cursor: str | None) -> Place | None:
    match decode_cursor(cursor):
        case None:
            return None
        case [str(state), str(appeal_id)] if state in _STATES and ObjectId.is_valid(appeal_id):
            return state, ObjectId(appeal_id)
    raise not_a_cursor()


def shown(access: CourseAccess, appeals: Sequence[Mapping[str, Any]]) -> list[Document]:
    """To staff under a pseudonym where grading is blind, else with the learner's name."""
    known = assignments.titles({each["assignment_id"] for each in appeals}) if appeals else {}
    staff = is_staff(access)
    blind = pseudonyms.needed_in(known.values()) if staff else {}
    open_to = {each["user_id"] for each in appeals if each["assignment_id"] not in blind}
    names = people.names(open_to) if staff and open_to else {}
    return [
        {
            **each,
            "assignment": known[each["assignment_id"]],
            "blind": each["assignment_id"] in blind,
            "name": names.get(each["user_id"]) if each["assignment_id"] not in blind else None,
            "user_id": blind[each["assignment_id"]].of(each["user_id"])
            if each["assignment_id"] in blind
            else each["user_id"],
        }
        for each in appeals
    ]


def resolve(access: CourseAccess, given: Resolution, expected: int) -> Document:
    """Raise 404 for an appeal of one whom the caller does not see, 412 where it is no longer at the ``expected``
    version, 409 APPEAL_RESOLVED, 422 for a version that the grade does not have."""
    user_id = access.resource["user_id"]
    if not visible.among(access, [user_id]):
        raise NotFound()

    def work(tx: Transaction) -> Document:
        found = changes.current(repository.appeal(tx, access.resource["_id"]), expected)
        if found["state"] == "resolved":
            raise Conflict("The appeal is answered already", code="APPEAL_RESOLVED")
        _require_version(tx, found, given.grade_version)
        by = {"resolved_by": access.caller.id, "resolved_at": clock.now()}
        fields = {"answer": given.answer, "grade_version": given.grade_version, **by}
        resolved = changes.current(repository.resolve(tx, found["_id"], expected, fields), None)
        names = ("assignment_id", "course_id", "submission_id", "user_id", "wants", "grade_version")
        told = {name: resolved[name] for name in names}
        events.record(tx, "appeal.resolved", actor=access.caller.id, subject=found["_id"], **told)
        audit.record(tx, "appeal.resolved", actor=access.caller.id, target=found["_id"], **told)
        return resolved

    [answered] = shown(access, [mongo.transaction(work)])
    return answered


def _require_version(tx: Transaction, appeal: Mapping[str, Any], version: int | None) -> None:
    if version is None:
        return
    grade = mine.released(appeal["assignment_id"], appeal["user_id"], tx)
    if grade is None or version > grade["version"]:
        raise Invalid(errors=[{"pointer": "/grade_version", "message": "is none that the grade has had"}])


def variant(shown: Mapping[str, Any]) -> str:
    """What the representation depends on beside the version."""
    return "blind" if shown["blind"] else ""
