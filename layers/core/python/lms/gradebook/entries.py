"""What staff enter by hand: cells of manual columns, and learners' grades of the course."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bson import ObjectId

from lms import audit, clock, events
from lms.courses.access import CourseAccess
from lms.errors import Invalid, PreconditionFailed
from lms.gradebook import repository
from lms.gradebook.book import Book
from lms.mongo import Document, Transaction

Given = Mapping[str, Any]
Error = dict[str, str]


class Entry(NamedTuple):
    """``place`` is where the body has it; ``column_id`` None: the grade of the course."""

    place: str
    user_id: ObjectId
    column_id: str | None
    version: int
    score: float | None
    excused: bool
    why: str | None

    @property
    def key(self) -> tuple[ObjectId, str | None]:
        return self.user_id, self.column_id


class Entries:
    """Those of one change: all of them are written, or none."""

    def __init__(self, book: Book, cells: Sequence[Given], overrides: Sequence[Given]) -> None:
        self._manual = {column["id"] for column in book.columns if column["kind"] == "manual"}
        self._entries = [
            *(_cell(f"/cells/{index}", each) for index, each in enumerate(cells)),
            *(_override(f"/overrides/{index}", each) for index, each in enumerate(overrides)),
        ]

    def require_known(self, learners: Collection[ObjectId]) -> None:
        """Raise 422 for who is no learner, for columns that are not entered by hand, and what stands twice."""
        if errors := [*self._strange(learners)]:
            raise Invalid(errors=errors)

    def _strange(self, learners: Collection[ObjectId]) -> Iterator[Error]:
        seen = set()
        for entry in self._entries:
            if entry.user_id not in learners:
                yield {"pointer": f"{entry.place}/user_id", "message": "names no learner of this course"}
            if entry.column_id is not None and entry.column_id not in self._manual:
                yield {"pointer": f"{entry.place}/column_id", "message": "names no column entered by hand"}
            if entry.key in seen:
                yield {"pointer": entry.place, "message": "is named before"}
            seen.add(entry.key)

    def save(self, tx: Transaction, access: CourseAccess, why: str | None) -> Document:
        """The ``cells`` and ``overrides`` as they are now, where this transaction holds the gradebook. Raise 412
        with a pointer to each that is no longer at the version which it builds on."""
        if not self._entries:
            return {"cells": [], "overrides": []}
        before = self._current(tx, access.course_id)
        after = {entry.key: _written(access, entry, before.get(entry.key), why) for entry in self._entries}
        repository.save_cells(tx, list(after.values()))
        repository.log(tx, [_change(before.get(key), row) for key, row in after.items()])
        _tell(tx, access, list(after.values()))
        return {
            "cells": [_shown_cell(row) for row in after.values() if row["column_id"] is not None],
            "overrides": [{**row, "percent": row["score"]} for row in after.values() if row["column_id"] is None],
        }

    def _current(self, tx: Transaction, course_id: ObjectId) -> dict[tuple[ObjectId, str | None], Document]:
        rows = repository.cells(tx, course_id, {entry.user_id for entry in self._entries})
        found = {(row["user_id"], row["column_id"]): row for row in rows}
        stale = [
            {"pointer": f"{entry.place}/version", "message": f"is at version {version}"}
            for entry in self._entries
            if (version := found[entry.key]["version"] if entry.key in found else 0) != entry.version
        ]
        if stale:
            raise PreconditionFailed("Some have changed since you read them", code="STALE_CELL", errors=stale)
        return found


def _cell(place: str, given: Given) -> Entry:
    user_id, score = ObjectId(given["user_id"]), given["score"]
    return Entry(place, user_id, given["column_id"], given["version"], score, given["excused"], given["why"])


def _override(place: str, given: Given) -> Entry:
    return Entry(place, ObjectId(given["user_id"]), None, given["version"], given["percent"], False, given["why"])


def _written(access: CourseAccess, entry: Entry, before: Document | None, why: str | None) -> Document:
    return {
        "_id": before["_id"] if before else ObjectId(),
        "course_id": access.course_id,
        "user_id": entry.user_id,
        "column_id": entry.column_id,
        "score": entry.score,
        "excused": entry.excused,
        "why": entry.why or why,
        "by": access.caller.id,
        "at": clock.now(),
        "version": entry.version + 1,
    }


def _change(before: Document | None, after: Document) -> Document:
    told = ("score", "excused", "version")
    return {
        **{name: after[name] for name in ("course_id", "user_id", "column_id", "at", "by", "why")},
        "what": "override" if after["column_id"] is None else "cell",
        "before": before and {name: before[name] for name in told},
        "after": {name: after[name] for name in told},
    }


def _tell(tx: Transaction, access: CourseAccess, rows: Sequence[Document]) -> None:
    """An event for each, and in the audit log which these were."""
    names = ("course_id", "user_id", "column_id", "score", "excused", "version")
    data_of = {row["_id"]: {name: row[name] for name in names} for row in rows}
    events.record_each(tx, "gradebook.entered", actor=access.caller.id, data_of=data_of)
    entered = [{name: row[name] for name in ("user_id", "column_id", "version")} for row in rows]
    audit.record(tx, "gradebook.entered", actor=access.caller.id, target=access.course_id, entered=entered)


def _shown_cell(row: Document) -> Document:
    score = row["score"]
    return {
        **row,
        "raw": score,
        "penalty": 0.0,
        "late": False,
        "submitted": score is not None,
        "overdue": False,
        "released": True,
    }
