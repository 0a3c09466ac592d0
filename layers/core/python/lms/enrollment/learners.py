"""Learners for other packages: whose dates and accommodations hold, and where they learn."""

from collections.abc import Sequence

from bson import ObjectId

from lms.enrollment import repository
from lms.enrollment.states import EnrollmentStatus
from lms.mongo import Document, Transaction


def enrolled(tx: Transaction, course_id: ObjectId, user_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """Their enrollments, whatever the status, by user; who never was there has only an id."""
    unknown = {user_id: {"user_id": user_id} for user_id in user_ids}
    return unknown | repository.enrollments_of(tx, course_id, list(unknown))


def courses_of(user_id: ObjectId, *statuses: EnrollmentStatus) -> list[ObjectId]:
    """The courses in which the person has an enrollment with one of the statuses."""
    return repository.courses_with(user_id, statuses)


def in_courses(user_id: ObjectId, course_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """A person's enrollments in these courses, whatever the status, by course."""
    return repository.enrollments_in(user_id, course_ids)
