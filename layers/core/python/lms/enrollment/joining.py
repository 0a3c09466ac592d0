"""Coming into a course: oneself, as its policy allows, or brought by its staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bson import ObjectId

from lms import audit
from lms.auth import people
from lms.courses import staff
from lms.courses.access import CourseAccess
from lms.enrollment import policy
from lms.enrollment.enrollment import enroll, is_here
from lms.enrollment.states import EnrollmentSource
from lms.errors import Conflict, Forbidden, Invalid
from lms.mongo import Document, Transaction
from lms.permissions import STAFF, CourseRole

if TYPE_CHECKING:
    from lms.enrollment.models import Entry


class Entrant(NamedTuple):
    """Who may come in, and by which way."""

    user_id: ObjectId
    source: EnrollmentSource
    cohort_id: ObjectId | None = None


def admit(access: CourseAccess, entry: Entry) -> Entrant:
    """Raise 403 where the caller may not bring another, or the policy keeps the caller out; 409 for one who is of
    the staff and has no seat; 422 UNKNOWN_ACCOUNT."""
    if entry.names_another:
        return _brought(access, entry)
    if access.role in STAFF:
        raise _needs_no_seat()
    if access.enrollment and is_here(access.enrollment):
        return Entrant(access.caller.id, access.enrollment["source"])
    return Entrant(access.caller.id, policy.entry(access, entry.key))


def join(tx: Transaction, access: CourseAccess, entrant: Entrant) -> Document:
    """The enrollment; ``fresh`` says whether this call brought it about. Raise 409 COURSE_FULL."""
    enrolled = enroll(
        tx,
        access.course_id,
        entrant.user_id,
        by=access.caller.id,
        source=entrant.source,
        cohort_id=entrant.cohort_id,
    )
    if enrolled["fresh"] and access.role is CourseRole.ADMIN:
        audit.record(tx, "enrollment.create", actor=access.caller.id, target=enrolled["_id"])
    return enrolled


def _brought(access: CourseAccess, entry: Entry) -> Entrant:
    if not access.may("course.edit"):
        raise Forbidden("Only the course's editors enroll others")
    user_id = _account(entry)
    if staff.role_of(access.course, user_id):
        raise _needs_no_seat()
    return Entrant(user_id, EnrollmentSource.STAFF, ObjectId(entry.cohort_id) if entry.cohort_id else None)


def _account(entry: Entry) -> ObjectId:
    if entry.email:
        found, pointer = people.ids_of([entry.email]).get(entry.email), "/email"
    else:
        user_id = ObjectId(entry.user_id)
        found, pointer = user_id if user_id in people.names([user_id]) else None, "/user_id"
    if found is None:
        row = {"pointer": pointer, "message": "is nobody's who has an account"}
        raise Invalid("There is no such account", code="UNKNOWN_ACCOUNT", errors=[row])
    return found


def _needs_no_seat() -> Conflict:
    return Conflict("The course's staff see everything without a seat", code="STAFF_NEED_NO_SEAT")
