"""What decides about an attempt's dates and about its worth."""

from collections.abc import Iterable

from bson import ObjectId

from lms.enrollment import dates
from lms.mongo import Document, Transaction
from lms.quizzes import repository

_DATED = (*dates.FIELDS, "overrides", "late_policy", "course_id")


def dated(tx: Transaction, quiz_ids: Iterable[ObjectId]) -> dict[ObjectId, Document]:
    """The quizzes with their dates, limits and overrides; deleted ones too."""
    return {row["_id"]: row for row in repository.dated(tx, list(quiz_ids), _DATED)}


def of(quiz_id: ObjectId, tx: Transaction | None = None) -> Document:
    """What decides about the worth of a quiz's attempts; a deleted quiz has it too."""
    return repository.policies(quiz_id, tx)


def of_each(tx: Transaction, quiz_ids: Iterable[ObjectId]) -> dict[ObjectId, Document]:
    """As ``of``, of several quizzes."""
    return {row["_id"]: row for row in repository.dated(tx, list(quiz_ids), repository.POLICIES)}
