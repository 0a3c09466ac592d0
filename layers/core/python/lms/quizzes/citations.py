"""What questions cite, and that a source has changed under them since a person looked."""

from collections.abc import Sequence

from bson import ObjectId

from lms import clock, events
from lms.courses.citations import Revise, is_changed
from lms.mongo import Document, Transaction
from lms.quizzes import repository


def following(source_id: ObjectId, limit: int) -> list[ObjectId]:
    """Questions, of whichever course, with a citation that is kept in step with the source."""
    return repository.questions_following(str(source_id), limit)


def revise_of_lesson(tx: Transaction, lesson_id: ObjectId, source_id: ObjectId, revise: Revise) -> None:
    """Put in the place of the citations of the lesson's questions what ``revise`` makes of them."""
    _revise(tx, repository.questions_of_lesson_following(tx, lesson_id, str(source_id)), source_id, revise)


def revise(tx: Transaction, question_id: ObjectId, source_id: ObjectId, revise: Revise) -> Document:
    """The same for one question; the question."""
    question = repository.question_even_deleted(tx, question_id)
    if (question["source"] or {}).get("follows") == str(source_id):
        _revise(tx, [question], source_id, revise)
    return question


def _revise(tx: Transaction, questions: Sequence[Document], source_id: ObjectId, revise: Revise) -> None:
    revised = [{**each, "source": revise(each["source"])} for each in questions]
    repository.keep_reviewed(tx, revised, clock.now())
    for each in filter(is_changed, revised):
        ids = {"course_id": each["course_id"], "source_id": source_id}
        events.record(tx, "question.source_changed", actor=None, subject=each["_id"], **ids)
