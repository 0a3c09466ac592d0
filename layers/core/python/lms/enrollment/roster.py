"""The enrollments of a course, as its staff see them."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms.auth import people
from lms.courses import staff
from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.enrollment import repository, visible
from lms.enrollment.states import EnrollmentStatus
from lms.mongo import Document
from lms.permissions import CourseRole
from lms.progress import overview


def page(
    access: CourseAccess, status: EnrollmentStatus | None, cohort: str | None, cursor: str | None, limit: int
) -> list[Document]:
    """At most ``limit`` enrollments that the caller may see, in the order of their making, with names,
    percents of progress, and places on the waiting list. ``access`` has the outline."""
    wanted: Document = {"status": status} if status else {}
    cohort_ids = _cohorts_wanted(access, cohort)
    if cohort_ids is not None:
        wanted["cohort_id"] = {"$in": cohort_ids}
    rows = repository.page_of_enrollments(access.course_id, wanted, decode_id(cursor), limit)
    names = people.names(row["user_id"] for row in rows)
    progress = overview.summaries(access.course, [row["user_id"] for row in rows])
    waiting = any(row["status"] == EnrollmentStatus.WAITING for row in rows)
    tickets = repository.tickets(access.course_id) if waiting else []
    return [
        {
            **row,
            "name": names.get(row["user_id"]),
            "role": staff.role_of(access.course, row["user_id"]) or CourseRole.LEARNER,
            "percent": progress[row["user_id"]]["percent"],
            "position": _position(row, tickets),
        }
        for row in rows
    ]


def _cohorts_wanted(access: CourseAccess, cohort: str | None) -> list[ObjectId] | None:
    seen = visible.cohorts_seen(access)
    if cohort is None:
        return seen
    wanted = ObjectId(cohort)
    return [wanted] if seen is None or wanted in seen else []


def _position(row: Mapping[str, Any], tickets: list[int]) -> int | None:
    return 1 + bisect_left(tickets, row["ticket"]) if row["status"] == EnrollmentStatus.WAITING else None
