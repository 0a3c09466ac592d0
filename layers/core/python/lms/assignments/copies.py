"""A course's assignments, copied into another course."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId

from lms.assignments import repository, reviewed
from lms.copying import Allowance, Names, renamed
from lms.mongo import Document, Transaction


def ids(tx: Transaction, course_id: ObjectId) -> list[ObjectId]:
    """Of all that ``copy`` copies."""
    return repository.ids_of_course(tx, course_id)


def copy(tx: Transaction, course_id: ObjectId, names: Names, now: datetime, allowance: Allowance) -> None:
    """Copy what is not deleted; ``names`` hold the ids of the course, of its rubrics, and those that ``ids`` gave.

    Overrides and groups stay behind: they are for people and cohorts of the original.
    """
    first = {
        **{"version": 1, "created_at": now, "updated_at": now},
        **{"overrides": [], "group_set_id": None, "released_at": None},
    }
    for batch in allowance.batches(repository.to_copy(tx, course_id)):
        repository.add(tx, [{**renamed(row, names), **first, **_looked_at(row, now)} for row in batch])


def _looked_at(row: Mapping[str, Any], now: datetime) -> Document:
    return {"reviews_at": reviewed.look_at(row, now)}
