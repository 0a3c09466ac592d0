"""What quizzes are called."""

from collections.abc import Collection

from bson import ObjectId

from lms.mongo import Document
from lms.quizzes import repository


def titles(quiz_ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
    """Of these quizzes, deleted ones too."""
    return {row["_id"]: row for row in repository.titles(quiz_ids)}
