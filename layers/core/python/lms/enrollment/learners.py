"""Learners of a course for other packages: whose dates and accommodations hold."""

from collections.abc import Sequence

from bson import ObjectId

from lms.enrollment import repository
from lms.mongo import Document, Transaction


def enrolled(tx: Transaction, course_id: ObjectId, user_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """Their enrollments, whatever the status, by user; who never was there has only an id."""
    unknown = {user_id: {"user_id": user_id} for user_id in user_ids}
    return unknown | repository.enrollments_of(tx, course_id, list(unknown))
