"""Changing a gradebook: how it counts, and what is entered by hand. Who builds on something that has changed since
is told so, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import audit, clock, events, mongo
from lms.courses.access import CourseAccess
from lms.enrollment import visible
from lms.errors import Conflict, Invalid, PreconditionFailed, PreconditionRequired
from lms.gradebook import letters, repository, settings
from lms.gradebook.book import Book
from lms.gradebook.entries import Entries
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.gradebook.models.change import GradebookChange
    from lms.gradebook.models.scheme import GradingScheme

Error = dict[str, str]


def change(access: CourseAccess, body: GradebookChange, expected: int | None) -> Document:
    """Raise 412 for a stale version, with a pointer to each cell whose version is; 422 for what does not fit
    together or names nothing of the course; 409 GRADES_FROZEN; 428 where settings change without If-Match."""
    fields = {name: value for name, value in body.fields.items() if name in settings.DEFAULT}
    if fields and expected is None:
        raise PreconditionRequired()
    cells, overrides = (body.fields.get(name, []) for name in ("cells", "overrides"))
    named = {ObjectId(each["user_id"]) for each in [*cells, *overrides]}
    known = visible.among(access, named) if named else set()

    def work(tx: Transaction) -> Document:
        held(tx, access, expected)
        book = Book.of(access.course, repository.opened(access.course_id, None, None, 1, tx))
        if fields:
            book = _set(tx, access, book, {**book.settings, **fields}, body.why)
        entries = Entries(book, cells, overrides)
        entries.require_known(known)
        written = entries.save(tx, access, body.why)
        return {**_shown(book), **written}

    return mongo.transaction(work)


def held(tx: Transaction, access: CourseAccess, expected: int | None) -> Document:
    """The gradebook's document, which nobody else changes until the end of ``tx``."""
    found = repository.hold(tx, access.course_id)
    if found.get("frozen"):
        raise Conflict("The final grades are frozen", code="GRADES_FROZEN")
    if expected is not None and found["version"] != expected:
        raise PreconditionFailed()
    return found


def _set(tx: Transaction, access: CourseAccess, book: Book, after: Mapping[str, Any], why: str | None) -> Book:
    settings.checked(after)
    if errors := [*_strange(book, after["columns"])]:
        raise Invalid("The gradebook's settings do not fit together", errors=errors)
    changed = {name: value for name, value in after.items() if value != book.settings[name]}
    stored = _saved(tx, access, changed, {name: book.settings[name] for name in changed}, why)
    return replace(book, stored=stored)


def _strange(book: Book, columns: Sequence[Mapping[str, Any]]) -> Iterator[Error]:
    works = {"assignment": book.assignments, "quiz": book.quizzes}
    for index, column in enumerate(columns):
        kind, id = column["kind"], column["id"]
        if kind == "manual" and (id in book.assignments or id in book.quizzes):
            yield {"pointer": f"/columns/{index}/id", "message": "is the id of an assignment or a quiz"}
        elif kind != "manual" and id not in works[kind]:
            yield {"pointer": f"/columns/{index}/id", "message": f"names no {kind} of this course"}


def _saved(
    tx: Transaction, access: CourseAccess, after: Mapping[str, Any], before: Mapping[str, Any], why: str | None
) -> Document:
    """The gradebook's document with these fields; the history keeps what they were."""
    now = clock.now()
    stored = repository.change(tx, access.course_id, after, now)
    row = {"user_id": None, "column_id": None, "what": "settings", "before": dict(before), "after": dict(after)}
    repository.log(tx, [{"course_id": access.course_id, "at": now, "by": access.caller.id, "why": why, **row}])
    tell(tx, access, "gradebook.updated", fields=sorted(after), version=stored["version"])
    return stored


def tell(tx: Transaction, access: CourseAccess, what: str, **data: Any) -> None:
    """Record the event, and that it happened in the audit log."""
    actor, course_id = access.caller.id, access.course_id
    events.record(tx, what, actor=actor, subject=course_id, course_id=course_id, **data)
    audit.record(tx, what, actor=actor, target=course_id, **data)


def _shown(book: Book) -> Document:
    return {**book.settings, "version": book.version, "columns": book.columns, "bands": book.bands, "frozen": None}


def put_scheme(access: CourseAccess, body: GradingScheme, expected: int) -> Document:
    """Raise 412, 409 GRADES_FROZEN, and 422 for bands that are no scheme."""
    bands = body.model_dump()["bands"]
    letters.checked(settings.scheme(bands))

    def work(tx: Transaction) -> Document:
        before = {"bands": held(tx, access, expected).get("bands")}
        return _saved(tx, access, {"bands": bands}, before, None)

    return mongo.transaction(work)
