"""Learners for other packages: whose dates and accommodations hold, and where they learn."""

from collections.abc import Collection, Sequence

from bson import ObjectId

from lms.enrollment import repository
from lms.enrollment.states import EnrollmentStatus
from lms.mongo import Document, Transaction


def enrolled(tx: Transaction, course_id: ObjectId, user_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """Their enrollments, whatever the status, by user; who never was there has only an id."""
    unknown = {user_id: {"user_id": user_id} for user_id in user_ids}
    return unknown | repository.enrollments_of(tx, course_id, list(unknown))


def strangers(
    tx: Transaction, course_id: ObjectId, *, user_ids: Collection[ObjectId], cohort_ids: Collection[ObjectId]
) -> set[ObjectId]:
    """Those that the course does not know: people who never were its learners, and cohorts of other courses."""
    known: set[ObjectId] = set()
    if user_ids:
        known.update(repository.enrollments_of(tx, course_id, list(user_ids)))
    if cohort_ids:
        known.update(repository.cohorts_among(tx, course_id, cohort_ids))
    return {*user_ids, *cohort_ids} - known


def active(
    course_ids: Sequence[ObjectId], user_ids: Collection[ObjectId], tx: Transaction | None = None
) -> list[Document]:
    """The enrollments of those of the people who learn in the courses now."""
    return repository.active_among(course_ids, list(user_ids), tx) if user_ids else []


def courses_of(user_id: ObjectId, *statuses: EnrollmentStatus) -> list[ObjectId]:
    """The courses in which the person has an enrollment with one of the statuses."""
    return repository.courses_with(user_id, statuses)


def in_courses(user_id: ObjectId, course_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """A person's enrollments in these courses, whatever the status, by course."""
    return repository.enrollments_in(user_id, course_ids)
