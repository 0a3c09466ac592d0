"""The learners of a course whom the caller sees: an assistant may be limited to cohorts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from bson import ObjectId

from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.enrollment import repository
from lms.enrollment.states import EnrollmentStatus
from lms.errors import NotFound
from lms.mongo import Document
from lms.permissions import CourseRole

After = tuple[datetime, ObjectId]
"""Since when something waits, and its id: its place in a list of what waits."""


def cohorts_seen(access: CourseAccess) -> list[ObjectId] | None:
    """The only cohorts that the caller sees, an assistant who is limited to these; None for who sees all."""
    if access.role is not CourseRole.ASSISTANT:
        return None
    [own] = [person for person in access.course["staff"] if person["user_id"] == access.caller.id]
    cohort_ids: list[ObjectId] | None = own.get("cohort_ids")
    return cohort_ids


def seen(access: CourseAccess) -> Document:
    """The condition that an enrollment meets which the caller sees."""
    cohorts = cohorts_seen(access)
    return {} if cohorts is None else {"cohort_id": {"$in": cohorts}}


def learner(access: CourseAccess, user_id: ObjectId) -> Document:
    """A person's enrollment, of whatever status. Raise 404 where there is none, or the caller does not see it."""
    wanted = {"user_id": user_id, **seen(access)}
    for enrollment in repository.page_of_enrollments(access.course_id, wanted, None, 1):
        return enrollment
    raise NotFound()


def among(access: CourseAccess, user_ids: Collection[ObjectId] | None = None) -> set[ObjectId]:
    """Those of the people, or of all, whose enrollments, of whatever status, the caller sees."""
    wanted = {**({} if user_ids is None else {"user_id": {"$in": list(user_ids)}}), **seen(access)}
    return {row["user_id"] for row in repository.page_of_enrollments(access.course_id, wanted, None, 0)}


def learners(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` active learners, in the order in which they came."""
    wanted = {"status": EnrollmentStatus.ACTIVE, **seen(access)}
    return repository.page_of_enrollments(access.course_id, wanted, decode_id(cursor), limit)


class Scope(NamedTuple):
    """Courses with all their learners, and courses with those learners alone whom the caller sees."""

    course_ids: list[ObjectId]
    limited: dict[ObjectId, list[ObjectId]]

    def branches(self, user_field: str) -> list[Document]:
        """The conditions of which one is met by what is in the scope."""
        whole: list[Document] = [{"course_id": {"$in": self.course_ids}}] if self.course_ids else []
        return whole + [{"course_id": _id, user_field: {"$in": theirs}} for _id, theirs in self.limited.items()]

    def shows(self, course_id: ObjectId, user_id: ObjectId) -> bool:
        return course_id not in self.limited or user_id in self.limited[course_id]


def scope(accesses: Sequence[CourseAccess]) -> Scope:
    """Of one caller's courses."""
    cohorts = {access.course_id: cohorts_seen(access) for access in accesses}
    limited: dict[ObjectId, list[ObjectId]] = {_id: [] for _id, seen in cohorts.items() if seen is not None}
    pairs = [(_id, seen) for _id, seen in cohorts.items() if seen is not None]
    for row in repository.in_cohorts(pairs) if pairs else ():
        limited[row["course_id"]].append(row["user_id"])
    return Scope([_id for _id in cohorts if _id not in limited], limited)
