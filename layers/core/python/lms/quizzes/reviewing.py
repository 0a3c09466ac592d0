"""The questions of an AI that a person has yet to look at, as they look at its blocks."""

from bson import ObjectId

from lms.courses import blocks, citations
from lms.mongo import Document, Transaction
from lms.quizzes import repository


def waiting(tx: Transaction, course_id: ObjectId) -> list[Document]:
    """Those that nobody has looked at, or whose source has changed since."""
    return repository.to_review(tx, course_id)


def review(tx: Transaction, course_id: ObjectId, lesson_id: ObjectId, review: Document) -> bool:
    """Note that a person has looked at the lesson's questions; whether any was waiting for that."""
    rows = repository.to_review(tx, course_id, lesson_id=lesson_id)
    repository.keep_reviewed(tx, citations.accepted(blocks.reviewed(rows, review)), review["at"])
    return bool(rows)
