"""Finding the lessons of a course that speak of something."""

from collections.abc import Sequence

from bson import ObjectId

from lms.courses import repository
from lms.mongo import Document

MOST_LESSONS = 20


def lessons_with(course_id: ObjectId, lesson_ids: Sequence[ObjectId], words: Sequence[str]) -> list[Document]:
    """Of the lessons those in whose title or blocks one of the words stands, at most twenty, the fullest of them
    first: titles, and of the blocks id, kind and text."""
    return repository.lessons_with(course_id, lesson_ids, " ".join(words), MOST_LESSONS)


def lessons_of(course_id: ObjectId, lesson_ids: Sequence[ObjectId]) -> list[Document]:
    """The lessons as ``lessons_with`` gives them, in no order."""
    return repository.lessons_to_search(course_id, lesson_ids)
