"""A course's rubrics, copied into another course."""

from datetime import datetime

from bson import ObjectId

from lms.copying import Allowance, Names, renamed
from lms.mongo import Transaction
from lms.rubrics import repository


def ids(tx: Transaction, course_id: ObjectId) -> list[ObjectId]:
    """Of all that ``copy`` copies."""
    return repository.ids_of_course(tx, course_id)


def copy(tx: Transaction, course_id: ObjectId, names: Names, now: datetime, allowance: Allowance) -> None:
    """Copy what is not deleted; ``names`` hold the ids of the course, of its assignments, and those of ``ids``."""
    first = {"version": 1, "created_at": now, "updated_at": now}
    for batch in allowance.batches(repository.to_copy(tx, course_id)):
        repository.add(tx, [{**renamed(row, names), **first} for row in batch])
