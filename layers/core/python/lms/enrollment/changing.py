"""What editors change in a person's place in a course: the role, the cohort, accommodations; and leaving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bson import ObjectId

from lms import audit, clock, events, mongo
from lms.attempts import deadlines
from lms.courses import changes, staff
from lms.courses.access import CourseAccess
from lms.enrollment import repository
from lms.enrollment.appointment import appoint, appointed
from lms.enrollment.enrollment import changed, never_here, position, require_cohorts, withdraw
from lms.errors import Forbidden, Invalid
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole
from lms.submissions import accommodated

if TYPE_CHECKING:
    from lms.enrollment.models import EnrollmentChange


def change(access: CourseAccess, user_id: ObjectId, change: EnrollmentChange, expected: int | None) -> Document:
    """Set the role, the cohorts that an assistant sees, the cohort and the accommodations.

    The event names what is another cohort or accommodation now: the learner's effective dates change with them, and
    those of running attempts in the same transaction.

    Raise 404 for one who never was in the course, 412 where the enrollment is no longer at the ``expected``
    version, 422 for a cohort that is none of the course's, 409 as ``appoint`` does.
    """
    fields = change.fields
    role, limit = fields.pop("role", None), fields.pop("cohort_ids", None)
    if fields.get("cohort_id"):
        fields["cohort_id"] = ObjectId(fields["cohort_id"])

    def work(tx: Transaction) -> Document:
        present = staff.role_of(access.course, user_id) or CourseRole.LEARNER
        row = changes.current(_enrollment(tx, access, user_id, present), expected)
        if role and role is not present:
            appoint(tx, access.course_id, user_id, role, by=access.caller.id)
            row = repository.enrollment(tx, access.course_id, user_id) or _first(tx, row, access.caller.id, role)
        if limit is not None:
            _limit(tx, access, user_id, role or present, [*map(ObjectId, limit)])
        if others := sorted(name for name, value in fields.items() if row[name] != value):
            require_cohorts(tx, access.course_id, [fields.get("cohort_id")])
            row = _change(tx, access, {**row, **fields}, others)
        return {**row, "role": role or present, "position": position(row, tx)}

    return mongo.transaction(work)


def _enrollment(tx: Transaction, access: CourseAccess, user_id: ObjectId, role: CourseRole) -> Document | None:
    """One of the staff may never have had any."""
    found = repository.enrollment(tx, access.course_id, user_id)
    if found is None and role is not CourseRole.LEARNER:
        return never_here(access.course_id, user_id, clock.now())
    return found


def _limit(
    tx: Transaction, access: CourseAccess, user_id: ObjectId, role: CourseRole, cohort_ids: list[ObjectId]
) -> None:
    if role is not CourseRole.ASSISTANT:
        raise Invalid(errors=[{"pointer": "/cohort_ids", "message": "limits an assistant alone"}])
    require_cohorts(tx, access.course_id, cohort_ids, pointer="/cohort_ids")
    staff.set_staff(tx, access.course_id, user_id, role, cohort_ids, by=access.caller.id)


def _first(tx: Transaction, never_here: Document, by: ObjectId, role: CourseRole) -> Document:
    """What is changed in a place is kept, also that of one who never had a seat."""
    row = changed(never_here, clock.now(), by, appointed(role))
    repository.save(tx, [row])
    return row


def _change(tx: Transaction, access: CourseAccess, row: Document, fields: list[str]) -> Document:
    by = access.caller.id
    row = changed(row, clock.now(), by, "changed")
    repository.save(tx, [row])
    deadlines.moved_for(tx, row, access.course["time_zone"])
    accommodated.moved_for(tx, row, access.course["time_zone"])
    told = {"course_id": row["course_id"], "user_id": row["user_id"], "fields": fields}
    events.record(tx, "enrollment.changed", actor=by, subject=row["_id"], **told)
    audit.record(tx, "enrollment.change", actor=by, target=row["_id"], **told)
    return row


def leave(access: CourseAccess, user_id: ObjectId, expected: int | None) -> None:
    """End one's own place in the course, as learner or on the staff, or, as an editor, another's.

    Raise 403 for others, 404 for one who never was in the course, 412 as ``change``, 409 OWNER_STAYS.
    """
    by = access.caller.id
    if user_id != by and not access.may("course.edit"):
        raise Forbidden("Only the course's editors remove others")

    def work(tx: Transaction) -> None:
        if staff.role_of(access.course, user_id):
            staff.set_staff(tx, access.course_id, user_id, None, by=by)
            return
        action = "withdrawn" if user_id == by else "removed"
        gone = withdraw(tx, access.course_id, user_id, by=by, action=action, expected=expected)
        if gone["fresh"] and action == "removed":
            audit.record(tx, "enrollment.end", actor=by, target=gone["_id"])

    mongo.transaction(work)
