"""The quizzes that a course's learners can see, with what decides about the worth of their attempts."""

from bson import ObjectId

from lms.mongo import Document
from lms.quizzes import repository


def in_course(course_id: ObjectId) -> list[Document]:
    """In the order in which they were made."""
    return repository.published(course_id)
