"""Who is in a course, as its staff and its learners may see it."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms.auth import people as accounts
from lms.courses import staff
from lms.courses.access import CourseAccess
from lms.cursors import decode_cursor, decode_id
from lms.enrollment import repository
from lms.enrollment.models import Status
from lms.mongo import Document
from lms.permissions import CourseRole


def cohorts_seen(access: CourseAccess) -> list[ObjectId] | None:
    """The only cohorts that the caller sees, an assistant who is limited to these; None for who sees all."""
    if access.role is not CourseRole.ASSISTANT:
        return None
    [own] = [person for person in access.course["staff"] if person["user_id"] == access.caller.id]
    cohort_ids: list[ObjectId] | None = own.get("cohort_ids")
    return cohort_ids


def enrollments(
    access: CourseAccess, status: Status | None, cohort: str | None, cursor: str | None, limit: int
) -> list[Document]:
    """At most ``limit`` enrollments that the caller may see, in the order of their making, with names and places
    on the waiting list."""
    wanted: Document = {"status": status} if status else {}
    cohort_ids = _cohorts_wanted(access, cohort)
    if cohort_ids is not None:
        wanted["cohort_id"] = {"$in": cohort_ids}
    rows = repository.page_of_enrollments(access.course_id, wanted, decode_id(cursor), limit)
    names = accounts.names(row["user_id"] for row in rows)
    waiting = any(row["status"] == Status.WAITING for row in rows)
    tickets = repository.tickets(access.course_id) if waiting else []
    return [
        {
            **row,
            "name": names.get(row["user_id"]),
            "role": staff.role_of(access.course, row["user_id"]) or CourseRole.LEARNER,
            "position": _position(row, tickets),
        }
        for row in rows
    ]


def _cohorts_wanted(access: CourseAccess, cohort: str | None) -> list[ObjectId] | None:
    seen = cohorts_seen(access)
    if cohort is None:
        return seen
    wanted = ObjectId(cohort)
    return [wanted] if seen is None or wanted in seen else []


def _position(row: Mapping[str, Any], tickets: list[int]) -> int | None:
    return 1 + bisect_left(tickets, row["ticket"]) if row["status"] == Status.WAITING else None


def people(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` members: the staff in the order of the course, then the active learners. ``place`` is a
    member's place for the cursor: among the staff, or the id of the enrollment."""
    staff = [{**person, "place": place} for place, person in enumerate(access.course["staff"])]
    first, after = _after(cursor, len(staff))
    rows = staff[first:][:limit]
    if len(rows) < limit:
        learners = repository.page_of_enrollments(access.course_id, _seen(access), after, limit - len(rows))
        rows += [{**row, "role": CourseRole.LEARNER, "place": str(row["_id"])} for row in learners]
    names = accounts.names(row["user_id"] for row in rows)
    hidden = {} if access.may("roster.read") else {"cohort_id": None}
    return [{**row, **hidden, "name": names.get(row["user_id"])} for row in rows]


def _after(cursor: str | None, staff_count: int) -> tuple[int, ObjectId | None]:
    """Where the page begins: the place among the staff, and the enrollment behind which its learners begin."""
    place = decode_cursor(cursor)
    if isinstance(place, int) and place >= 0:
        return place + 1, None
    return (staff_count if cursor else 0), decode_id(cursor)


def _seen(access: CourseAccess) -> Document:
    seen = cohorts_seen(access)
    return {"status": Status.ACTIVE} | ({} if seen is None else {"cohort_id": {"$in": seen}})
