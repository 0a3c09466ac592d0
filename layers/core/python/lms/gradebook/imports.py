"""Grades from a spreadsheet: first what it would change, then, where nothing has changed since, the change itself.

A file is brought in whole or not at all. What it says of an assignment are points as a grader gives them: coming
late still costs what it costs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bson import ObjectId
from pydantic_core import to_json

from lms import mongo
from lms.courses.access import CourseAccess
from lms.errors import Invalid, PreconditionFailed
from lms.gradebook import changing, pages, sheets
from lms.gradebook.book import Book
from lms.gradebook.categories import Item
from lms.gradebook.entries import Entries
from lms.gradebook.sheets import Change, Problem
from lms.grades import imported
from lms.grades.imported import Given
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.gradebook.models.sheet import GradebookSheet

WHY = "Brought in from a spreadsheet"
MOST_CHANGES = 2_000
_SHOWN_PROBLEMS = 100
_LONGEST_HEADER = 100


class _Read(NamedTuple):
    """What a file comes to. ``versions`` are those that the changes build on."""

    book: Book
    changes: list[Change]
    versions: list[int]
    problems: list[Problem]

    @property
    def basis(self) -> str:
        """The same for the same changes of the same versions."""
        pairs = [[str(part) for part in (*change, version)] for change, version in zip(*self[1:3], strict=True)]
        return hashlib.sha256(to_json(pairs)).hexdigest()


def bring_in(access: CourseAccess, body: GradebookSheet) -> Document:
    """Raise 412 STALE_IMPORT where cells have changed since the dry run, 422 SHEET_HAS_PROBLEMS for a file that is
    not clean, 409 GRADES_FROZEN."""
    if body.dry_run:
        return _report(_read(access, body.csv, None), applied=False)

    def work(tx: Transaction) -> Document:
        changing.held(tx, access, None)
        read = _read(access, body.csv, tx)
        if read.problems:
            errors = [{"pointer": "/csv", "message": _told(each)} for each in read.problems]
            raise Invalid("Nothing was brought in", code="SHEET_HAS_PROBLEMS", errors=errors)
        if read.basis != body.basis:
            raise PreconditionFailed("Grades have changed since the dry run", code="STALE_IMPORT")
        _apply(tx, access, read, body.why or WHY)
        return _report(read, applied=True)

    return mongo.transaction(work)


def _read(access: CourseAccess, text: str, tx: Transaction | None) -> _Read:
    rows = list(pages.everybody(access, tx))
    if not rows:
        raise Invalid("Nobody learns in this course", code="NO_LEARNERS")
    book = rows[0].book
    by_address = {row.person["email"]: str(row.user_id) for row in rows if row.person}
    by_id = {str(row.user_id): str(row.user_id) for row in rows}
    sheet = sheets.read(text, book.named_items, by_address | by_id)
    found = sheets.changes(sheet.proposals, {str(row.user_id): row.counted for row in rows})
    if len(found) > MOST_CHANGES:
        raise Invalid(f"The file changes more than {MOST_CHANGES} cells", code="TOO_MANY_CHANGES")
    problems = [*sheet.problems, *_refused(book, found)]
    cells = {str(row.user_id): row.cells for row in rows}
    versions = [cells[each.learner_id].get(each.item_id, {}).get("version", 0) for each in found]
    return _Read(book, found, versions, problems)


def _refused(book: Book, changes: Iterable[Change]) -> Iterator[Problem]:
    """What a gradebook cannot take, though it is written well."""
    kinds = {column["id"]: column["kind"] for column in book.columns}
    items: Mapping[str, Item] = {item.id: item for item in book.named_items}
    for change in changes:
        item = items[change.item_id]
        if kinds[item.id] == "quiz":
            yield Problem(change.row, item.title, "QUIZ_RESULT", "is a quiz's result, which comes from attempts")
        elif kinds[item.id] == "assignment" and change.new != "EX" and change.new > item.points:
            message = f"is more than the assignment's {item.points:f} points"
            yield Problem(change.row, item.title, "TOO_MANY_POINTS", message)


def _apply(tx: Transaction, access: CourseAccess, read: _Read, why: str) -> None:
    by_hand: list[Document] = []
    of_assignment: dict[str, dict[ObjectId, Given]] = {}
    for change, version in zip(read.changes, read.versions, strict=True):
        score, excused = (None, True) if change.new == "EX" else (float(change.new), False)
        user_id = ObjectId(change.learner_id)
        if change.item_id in read.book.assignments:
            of_assignment.setdefault(change.item_id, {})[user_id] = Given(version, score)
        else:
            place = {"user_id": change.learner_id, "column_id": change.item_id, "version": version}
            by_hand.append({**place, "score": score, "excused": excused, "why": why})
    Entries(read.book, by_hand, []).save(tx, access, None)
    for assignment_id, given in of_assignment.items():
        imported.put(tx, access.caller.id, ObjectId(assignment_id), given, why)


def _report(read: _Read, *, applied: bool) -> Document:
    return {
        "applied": applied,
        "basis": read.basis,
        "changes": [
            {
                "row": change.row,
                "user_id": change.learner_id,
                "column_id": change.item_id,
                "old": _shown(change.old),
                "new": _shown(change.new),
                "version": version,
            }
            for change, version in zip(read.changes, read.versions, strict=True)
        ],
        "problem_count": len(read.problems),
        "problems": [_problem(each) for each in read.problems[:_SHOWN_PROBLEMS]],
    }


def _shown(value: sheets.Value) -> float | str | None:
    return value if value is None or isinstance(value, str) else float(value)


def _problem(problem: Problem) -> dict[str, Any]:
    return {**problem._asdict(), "column": problem.column[:_LONGEST_HEADER]}


def _told(problem: Problem) -> str:
    place = f"row {problem.row}, {problem.column[:_LONGEST_HEADER]}" if problem.column else f"row {problem.row}"
    return f"{place}: {problem.message}"
