"""Joining a course's staff and leaving it: one of the staff has no seat."""

from bson import ObjectId

from lms import clock
from lms.courses import staff
from lms.enrollment import repository
from lms.enrollment.enrollment import changed, enroll, is_here, withdraw
from lms.enrollment.states import EnrollmentSource
from lms.mongo import Transaction
from lms.permissions import CourseRole


def appoint(
    tx: Transaction,
    course_id: ObjectId,
    user_id: ObjectId,
    role: CourseRole,
    *,
    by: ObjectId,
    **occasion: ObjectId,
) -> None:
    """Make the person an instructor, an assistant or, from the staff, a learner; the history of their enrollment,
    if they ever had one, says so. A learner's seat goes to who waits for one.

    Raise 409 OWNER_STAYS, or COURSE_FULL where no seat is left for a learner.
    """
    if role is CourseRole.LEARNER:
        staff.set_staff(tx, course_id, user_id, None, by=by, **occasion)
        enroll(tx, course_id, user_id, by=by, source=EnrollmentSource.STAFF)
        return
    staff.set_staff(tx, course_id, user_id, role, by=by, **occasion)
    row = repository.enrollment(tx, course_id, user_id)
    if row and is_here(row):
        withdraw(tx, course_id, user_id, by=by, action=appointed(role))
    elif row:
        repository.save(tx, [changed(row, clock.now(), by, appointed(role))])


def appointed(role: CourseRole) -> str:
    """The action of a history's row."""
    return f"made_{role}"
