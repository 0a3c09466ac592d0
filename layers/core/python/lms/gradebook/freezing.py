"""Fixing the final grades of a course. What changes later, work graded anew say, does not change them.

Each freeze keeps its own grades for good, each with how it came about, the scheme and the gradebook's version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import clock, mongo
from lms.courses.access import CourseAccess
from lms.errors import Conflict, PreconditionFailed
from lms.gradebook import changing, derivation, pages, repository, rows
from lms.gradebook.arithmetic import Total
from lms.gradebook.book import Book
from lms.gradebook.rows import Row
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.gradebook.models.freeze import FreezeRequest


def freeze(access: CourseAccess, body: FreezeRequest, expected: int | None) -> Document:
    """Freeze, or with a reason unfreeze; what is so already stays as it is. Raise 412, and 409 BLIND_GRADES_HELD
    where published work is still graded blindly, or as ``pages.chunks``."""

    def work(tx: Transaction) -> Document:
        found = repository.hold(tx, access.course_id)
        if expected is not None and found["version"] != expected:
            raise PreconditionFailed()
        if bool(found.get("frozen")) is body.frozen:
            return _shown(found, 0)
        return _frozen(tx, access, body.why) if body.frozen else _thawed(tx, access, found, body.why)

    return mongo.transaction(work)


def _frozen(tx: Transaction, access: CourseAccess, why: str | None) -> Document:
    now = clock.now()
    frozen = {"id": ObjectId(), "at": now, "by": access.caller.id, "why": why}
    count = 0
    for chunk in pages.chunks(access, tx):
        _require_seen(chunk[0].book)
        repository.add_final_grades(tx, [_fixed(row, frozen) for row in chunk])
        count += len(chunk)
    stored = _saved(tx, access, frozen, None, why, now)
    changing.tell(tx, access, "gradebook.frozen", version=stored["version"], learners=count)
    return _shown(stored, count)


def _require_seen(book: Book) -> None:
    if blind := [column["id"] for column in book.columns if column["blind"] and column["published"]]:
        message = "Release the grades of all work that is graded blindly first"
        raise Conflict(message, code="BLIND_GRADES_HELD", column_ids=blind)


def _fixed(row: Row, frozen: Mapping[str, Any]) -> Document:
    result, override = row.result, row.result.override
    return {
        "_id": ObjectId(),
        "course_id": row.book.course["_id"],
        "freeze_id": frozen["id"],
        "user_id": row.user_id,
        "percent": rows.percent(override.percent if override else result.final.percent),
        "letter": result.letter,
        "computed": rows.percent(result.final.percent),
        "graded": [*_told(result.final)],
        "derivation": [*derivation.of_total(result.final), *derivation.of_override(result)],
        "bands": row.book.bands,
        "version": row.book.version,
        "at": frozen["at"],
        "by": frozen["by"],
    }


def _told(total: Total) -> Iterator[str]:
    """The items of which the derivation says how they were graded."""
    for category in total.categories:
        for part in category.parts:
            if part.cell.excused or part.cell.score is not None:
                yield part.item.id


def _thawed(tx: Transaction, access: CourseAccess, found: Mapping[str, Any], why: str | None) -> Document:
    stored = _saved(tx, access, None, found["frozen"], why, clock.now())
    changing.tell(tx, access, "gradebook.unfrozen", version=stored["version"], why=why)
    return _shown(stored, 0)


def _saved(
    tx: Transaction, access: CourseAccess, after: Any, before: Any, why: str | None, now: datetime
) -> Document:
    change = {"before": {"frozen": before}, "after": {"frozen": after}}
    row = {"course_id": access.course_id, "user_id": None, "column_id": None, "what": "freeze", **change}
    repository.log(tx, [{**row, "at": now, "by": access.caller.id, "why": why}])
    return repository.change(tx, access.course_id, {"frozen": after}, now)


def _shown(stored: Mapping[str, Any], learners: int) -> Document:
    return {"version": stored["version"], "frozen": stored.get("frozen"), "learners": learners}
