"""Making, changing and removing a quiz. Its lesson follows in the same transaction."""

from datetime import datetime

from bson import ObjectId

from lms.mongo import Document
from lms.quizzes.models import NewQuiz


def document(new: NewQuiz, course_id: ObjectId, now: datetime) -> Document:
    """A new quiz without items, which no learner sees yet."""
    return {
        "_id": ObjectId(),
        "course_id": course_id,
        **new.model_dump(exclude={"lesson_id"}),
        "lesson_id": ObjectId(new.lesson_id) if new.lesson_id else None,
        "published": False,
        "items": [],
        "question_count": 0,
        "overrides": [],
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }
