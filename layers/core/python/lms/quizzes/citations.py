"""What questions cite, and that a source has changed under them since a person looked."""

from collections.abc import Callable
from datetime import datetime

from bson import ObjectId

from lms import clock, events
from lms.mongo import Document, Transaction
from lms.quizzes import repository

Revise = Callable[[Document], Document]


def following(source_id: ObjectId, limit: int) -> list[ObjectId]:
    """Questions, of whichever course, with a citation that is kept in step with the source."""
    return repository.questions_following(str(source_id), limit)


def revise_of_lesson(tx: Transaction, lesson_id: ObjectId, source_id: ObjectId, revise: Revise) -> None:
    """Put in the place of the citations of the lesson's questions what ``revise`` makes of them."""
    for question in repository.questions_of_lesson_following(tx, lesson_id, str(source_id)):
        _revise(tx, question, source_id, revise)


def revise(tx: Transaction, question_id: ObjectId, source_id: ObjectId, revise: Revise) -> Document:
    """The same for one question; the question."""
    question = repository.question_even_deleted(tx, question_id)
    if (question["source"] or {}).get("follows") == str(source_id):
        _revise(tx, question, source_id, revise)
    return question


def _revise(tx: Transaction, question: Document, source_id: ObjectId, revise: Revise) -> None:
    source = revise(question["source"])
    repository.cite(tx, question["_id"], source, clock.now())
    if source.get("changed"):
        ids = {"course_id": question["course_id"], "source_id": source_id}
        events.record(tx, "question.source_changed", actor=None, subject=question["_id"], **ids)


def lessons_with_changed(tx: Transaction, course_id: ObjectId) -> set[ObjectId]:
    """The lessons whose questions cite what has changed since a person looked."""
    return repository.lessons_with_changed_sources(tx, course_id)


def accept(tx: Transaction, course_id: ObjectId, lesson_id: ObjectId, now: datetime) -> bool:
    """Note that a person has looked at the lesson's questions; whether any was marked."""
    return repository.accept_sources(tx, course_id, lesson_id, now)
