"""What lessons say, for those who make something of it: as they are, or as they were when that was asked for."""

from collections.abc import Sequence

from bson import ObjectId

from lms.courses import changes, repository
from lms.courses.access import CourseAccess
from lms.mongo import Document, Transaction

_ROW = dict.fromkeys(("title", "blocks.text", "blocks.kind", "version"), 1)


def at(course_id: ObjectId, lesson_id: ObjectId, n: int) -> Document:
    """The title, blocks and key terms that the lesson had in version ``n``. Raise 404 where there was none."""
    lesson = repository.lesson_even_deleted(course_id, lesson_id)
    if lesson and lesson["version"] == n:
        return lesson
    return changes.current(repository.version(None, lesson_id, n), None)


def rows(
    access: CourseAccess, lesson_ids: Sequence[ObjectId], tx: Transaction | None = None
) -> dict[ObjectId, Document]:
    """Version, title and texts of those of the lessons that the course has."""
    found = repository.lessons_among(access.course_id, lesson_ids, _ROW, tx)
    return {row["_id"]: row for row in found}


def language(course_id: ObjectId) -> str:
    """In which the course is held."""
    found = repository.course(course_id, {"language": 1})
    return found["language"] if found else "en"
