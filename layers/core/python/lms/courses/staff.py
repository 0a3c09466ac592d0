"""A course's staff: the instructors and assistants beside its one owner."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms import audit, clock, events
from lms.courses import repository
from lms.errors import Conflict, NotFound
from lms.mongo import Transaction
from lms.permissions import CourseRole

MOST_STAFF = 200


def role_of(course: Mapping[str, Any], user_id: ObjectId) -> CourseRole | None:
    """A person's role on the staff of ``course``; None for who is not on it."""
    roles = (CourseRole(person["role"]) for person in course["staff"] if person["user_id"] == user_id)
    return next(roles, None)


def set_staff(
    tx: Transaction,
    course_id: ObjectId,
    user_id: ObjectId,
    role: CourseRole | None,
    cohort_ids: Sequence[ObjectId] | None = None,
    /,
    *,
    by: ObjectId,
    **occasion: ObjectId,
) -> None:
    """Give the person this role on the staff, instructor or assistant, or with None take it away.

    ``cohort_ids`` are the cohorts that an assistant is limited to, none of them for no limit; None leaves the limit
    of one who is an assistant already. What is so already records nothing. Raise 404 for a course that is gone, 409
    OWNER_STAYS for its owner, who leaves by a transfer alone, 409 TOO_MANY_STAFF.
    """
    # Read and written in one transaction: of two changes at once, the later begins anew.
    course = repository.course(course_id, repository.MEMBERSHIP, tx)
    if course is None:
        raise NotFound()
    former = role_of(course, user_id)
    if former is CourseRole.OWNER:
        raise Conflict("The owner's role changes by a transfer of the course alone", code="OWNER_STAYS")
    if former is role and cohort_ids is None:
        return
    others = [person for person in course["staff"] if person["user_id"] != user_id]
    limit = {"cohort_ids": list(cohort_ids)} if cohort_ids else {}
    theirs = [{"user_id": user_id, "role": role, **limit}] if role else []
    if len(others) + len(theirs) > max(MOST_STAFF, len(course["staff"])):
        raise Conflict(f"A course has at most {MOST_STAFF} people on its staff", code="TOO_MANY_STAFF")
    if [person for person in course["staff"] if person["user_id"] == user_id] == theirs:
        return
    repository.change_course(tx, course_id, None, {"staff": others + theirs}, clock.now())
    detail = {"user_id": user_id, "former": former, "role": role, **limit, **occasion}
    events.record(tx, "course.staff_changed", actor=by, subject=course_id, **detail)
    audit.record(tx, "course.change_staff", actor=by, target=course_id, **detail)
