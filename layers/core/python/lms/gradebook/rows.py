"""A learner's row of a gradebook: what stands in the cells, and what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from bson import ObjectId

from lms.attempts import results
from lms.gradebook import derivation
from lms.gradebook.arithmetic import Override, Result, Total
from lms.gradebook.book import QUIZ_POINTS, Book
from lms.gradebook.categories import Cell
from lms.gradebook.due import DueDates
from lms.mongo import Document
from lms.rubrics.points import decimal

_EMPTY = {
    "score": None,
    "raw": None,
    "penalty": 0.0,
    "excused": False,
    "late": False,
    "submitted": False,
    "overdue": False,
    "released": False,
    "version": 0,
}


@dataclass(frozen=True)
class Row:
    """``cells`` are as they are shown, by column; hidden and empty ones are left out."""

    book: Book
    enrollment: Document
    cells: Mapping[str, Document]
    override: Mapping[str, Any] | None
    frozen: Mapping[str, Any] | None
    person: Mapping[str, Any]

    @property
    def user_id(self) -> ObjectId:
        user_id: ObjectId = self.enrollment["user_id"]
        return user_id

    @cached_property
    def counted(self) -> dict[str, Cell]:
        """As the arithmetic takes them."""
        return {
            id: Cell(
                _score(cell),
                cell["excused"],
                cell["submitted"],
                cell["overdue"],
            )
            for id, cell in self.cells.items()
        }

    @cached_property
    def result(self) -> Result:
        return self.book.grade(self.counted, _override(self.override))


def _score(cell: Mapping[str, Any]) -> Decimal | Fraction | None:
    """A quiz's unrounded, unlike what is shown of it."""
    share: Fraction | None = cell.get("share")
    if share is not None:
        return share * QUIZ_POINTS
    return None if cell["score"] is None else decimal(cell["score"])


Parts = Mapping[str, list[Document]]


def made(book: Book, enrollments: Sequence[Document], parts: Parts, now: datetime) -> list[Row]:
    """Of each of these learners; ``parts`` are what ``repository.entered`` has read of them."""
    cells = _shown(book, enrollments, parts, DueDates(book, parts["enrollments"], now))
    overrides = {row["user_id"]: row for row in parts["gradebook_cells"] if row["column_id"] is None}
    frozen = {row["user_id"]: row for row in parts["final_grades"]}
    people = {row["_id"]: row for row in parts["users"]}
    return [
        Row(
            book,
            each,
            cells[each["user_id"]],
            overrides.get(each["user_id"]),
            frozen.get(each["user_id"]),
            people.get(each["user_id"], {}),
        )
        for each in enrollments
    ]


def seen_by_the_learner(row: Row, shares: Mapping[ObjectId, Fraction]) -> Row:
    """Of what is published, with released grades alone, and those ``shares`` of quizzes that are; the rest is as if
    it waited. A frozen grade is seen once all are that it was made of, hidden again or not."""
    book = row.book.to_learners()
    cells = {id: cell if cell["released"] else _held(cell) for id, cell in row.cells.items()}
    for id in cells.keys() & book.quizzes.keys():
        share = shares.get(ObjectId(id))
        cells[id] = _held(cells[id]) if share is None else {**cells[id], **_of_quiz(share)}
    held = {id for id, cell in cells.items() if not cell["released"]}
    frozen = row.frozen if row.frozen and held.isdisjoint(row.frozen.get("graded", ())) else None
    return replace(row, book=book, cells=cells, frozen=frozen)


def _held(cell: Document) -> Document:
    """Without the grade. Work that is graded is not missing."""
    graded = cell["score"] is not None or cell["excused"]
    return {**_EMPTY, "submitted": cell["submitted"] or graded, "overdue": cell["overdue"]}


def _shown(
    book: Book, enrollments: Sequence[Document], parts: Parts, due: DueDates
) -> dict[ObjectId, dict[str, Document]]:
    """By learner and column."""
    entries = _entries(parts)
    open_columns = [column for column in book.columns if not column["blind"]]
    submitted = {str(row["_id"]): set(row["member_ids"]) for row in parts["submissions"]}
    rows: dict[ObjectId, dict[str, Document]] = {}
    for enrollment in enrollments:
        user_id = enrollment["user_id"]
        cells = rows[user_id] = {}
        for column in open_columns:
            id = column["id"]
            cell = entries.get((user_id, id))
            if cell is None or not (cell["submitted"] or cell["excused"]):
                handed_in = user_id in submitted.get(id, ())
                overdue = not handed_in and due.have_passed(column, enrollment)
                if cell is None and not handed_in and not overdue:
                    continue
                cell = {**(cell or _EMPTY), "submitted": handed_in, "overdue": overdue}
            cells[id] = cell
    return rows


def _entries(parts: Parts) -> dict[tuple[ObjectId, str], Document]:
    """What is entered, by learner and column."""
    found: dict[tuple[ObjectId, str], Document] = {}
    for row in parts["grades"]:
        found[row["user_id"], str(row["assignment_id"])] = {
            "score": row["score"],
            "raw": row["raw"],
            "penalty": row["penalty"],
            "excused": row["excused"],
            "late": row["late_seconds"] > 0,
            "submitted": row["score"] is not None,
            "overdue": False,
            "released": row["released_at"] is not None,
            "version": row["version"],
        }
    for row in parts["quiz_results"]:
        entry = _of_quiz(Fraction(row["share"])) if row["share"] else {}
        found[row["user_id"], str(row["quiz_id"])] = {**_EMPTY, **entry, "submitted": True, "released": True}
    for row in parts["gradebook_cells"]:
        if row["column_id"] is not None:
            entry = {"score": row["score"], "raw": row["score"], "excused": row["excused"], "released": True}
            given = {**entry, "submitted": row["score"] is not None, "version": row["version"]}
            found[row["user_id"], row["column_id"]] = {**_EMPTY, **given}
    return found


def _of_quiz(share: Fraction) -> Document:
    percent = results.percentage(share)
    return {"score": percent, "raw": percent, "share": share}


def _override(row: Mapping[str, Any] | None) -> Override | None:
    if row is None or row["score"] is None:
        return None
    return Override(decimal(row["score"]), row["why"])


def shown(row: Row, *, derived: bool = False) -> Document:
    book, result, frozen = row.book, row.result, row.frozen
    return {
        "place": [book.columns_version, str(row.enrollment["_id"])],
        "user_id": row.user_id,
        "name": row.person.get("name"),
        "cells": [row.cells.get(column["id"]) for column in book.columns],
        "running": _total(result.running),
        "final": _total(result.final),
        "override": _given(row.override),
        "letter": frozen["letter"] if frozen else result.letter,
        "frozen": frozen,
        "derivation": _derived(result) if derived else None,
    }


def _derived(result: Result) -> Document:
    return {
        "running": derivation.of_total(result.running),
        "final": derivation.of_total(result.final),
        "override": derivation.of_override(result),
    }


def _total(total: Total) -> Document:
    return {"percent": percent(total.percent), "letter": total.letter}


def percent(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _given(row: Mapping[str, Any] | None) -> Document | None:
    if row is None:
        return None
    return {"percent": row["score"], "why": row["why"], "version": row["version"]}
