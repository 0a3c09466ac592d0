"""A course's quizzes and its question bank, copied into another course."""

from datetime import datetime

from bson import ObjectId

from lms.copying import Allowance, Names, renamed
from lms.mongo import Document, Transaction
from lms.quizzes import repository


def ids(tx: Transaction, course_id: ObjectId) -> list[ObjectId]:
    """Of all that ``copy`` copies."""
    return repository.ids_of_course(tx, course_id)


def copy(tx: Transaction, course_id: ObjectId, names: Names, now: datetime, allowance: Allowance) -> None:
    """Copy what is not deleted; ``names`` hold the ids of the course, of its lessons and rubrics, and those that
    ``ids`` gave.

    Overrides stay behind: they are for people and cohorts of the original.
    """
    first = {"version": 1, "created_at": now, "updated_at": now}

    def copied(row: Document) -> Document:
        return {**renamed(row, names), **first, "lesson_id": names.get(row["lesson_id"])}

    def question(row: Document) -> Document:
        copy = copied(row)
        if rubric_id := copy["content"].get("rubric_id"):
            copy["content"]["rubric_id"] = str(names.get(ObjectId(rubric_id)) or "") or None
        return copy

    for batch in allowance.batches(repository.quizzes_to_copy(tx, course_id)):
        repository.add_quizzes(tx, [{**copied(row), "overrides": [], "released_at": None} for row in batch])
    for batch in allowance.batches(repository.questions_to_copy(tx, course_id)):
        repository.add_questions(tx, [question(row) for row in batch])
