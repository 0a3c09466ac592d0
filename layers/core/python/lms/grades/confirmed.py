"""Grades that persons have given."""

from bson import ObjectId

from lms.grades import repository
from lms.mongo import Document


def graded(assignment_id: ObjectId) -> set[ObjectId]:
    """The learners whom a person has graded, alone or with their group."""
    return repository.graded_by_persons(assignment_id)


def with_submissions(assignment_id: ObjectId, limit: int) -> list[Document]:
    """The last of them that were given for a submission and are not excused."""
    return repository.by_persons(assignment_id, limit)
