"""The learners of a course whom the caller sees: an assistant may be limited to cohorts."""

from collections.abc import Collection

from bson import ObjectId

from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.enrollment import repository
from lms.enrollment.states import EnrollmentStatus
from lms.errors import NotFound
from lms.mongo import Document
from lms.permissions import CourseRole


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
