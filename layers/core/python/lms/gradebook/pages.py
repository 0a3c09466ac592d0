"""The gradebook as graders page through it, and a learner's own row of it. A page is two round trips."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

from bson import ObjectId
from pydantic_core import to_json

from lms import clock
from lms.attempts import figures
from lms.courses.access import CourseAccess
from lms.cursors import decode_cursor, not_a_cursor
from lms.enrollment import visible
from lms.enrollment.states import EnrollmentStatus
from lms.errors import Conflict, NotFound
from lms.gradebook import due, repository, rows
from lms.gradebook.book import Book
from lms.gradebook.rows import Row
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole

MOST_LEARNERS = 3_000
_CHUNK = 500


class Opened(NamedTuple):
    """``known`` is the version of the columns that the client has from an earlier page."""

    book: Book
    rows: list[Document]
    known: str | None = None


def page(access: CourseAccess, cursor: str | None, limit: int) -> Opened:
    """At most ``limit`` active learners whom the caller sees, in the order in which they came."""
    if access.role is CourseRole.LEARNER:
        return own(access)
    known, after = _place(cursor)
    wanted = {"status": EnrollmentStatus.ACTIVE, **visible.seen(access)}
    book, found = read(access, wanted, after, limit)
    return Opened(book, [rows.shown(row) for row in found], known)


def _place(cursor: str | None) -> tuple[str | None, ObjectId | None]:
    match decode_cursor(cursor):
        case None:
            return None, None
        case [str(known), str(after)] if ObjectId.is_valid(after):
            return known, ObjectId(after)
    raise not_a_cursor()


def of_learner(access: CourseAccess, user_id: str) -> Opened:
    """One learner's row with its derivation and the history of what was entered by hand. Raise 404 for one whom the
    caller does not see."""
    if access.role is CourseRole.LEARNER:
        if user_id != str(access.caller.id):
            raise NotFound()
        return own(access)
    wanted = {"user_id": ObjectId(user_id), **visible.seen(access)}
    book, found = read(access, wanted, None, 1)
    if not found:
        raise NotFound()
    history = repository.history(access.course_id, found[0].user_id)
    return Opened(book, [{**_derived(found[0]), "history": history}])


def own(access: CourseAccess) -> Opened:
    """The caller's, with what is released alone."""
    _, [row] = read(access, {"user_id": access.caller.id}, None, 1)
    seen = rows.seen_by_the_learner(row, figures.shares_seen(access, access.caller.id))
    return Opened(seen.book, [_derived(seen)])


def _derived(row: Row) -> Document:
    """With how the grade came about, the frozen one too."""
    frozen = row.frozen and repository.final_grade(row.frozen["freeze_id"], row.user_id)
    return rows.shown(replace(row, frozen=frozen or None), derived=True)


def read(
    access: CourseAccess,
    wanted: Mapping[str, Any],
    after: ObjectId | None,
    limit: int,
    tx: Transaction | None = None,
) -> tuple[Book, list[Row]]:
    """The gradebook and the rows of the enrollments ``wanted``."""
    opened = repository.opened(access.course_id, wanted, after, limit, tx)
    book = Book.of(access.course, opened)
    return book, _filled(book, opened["enrollments"], tx)


def _filled(book: Book, enrollments: Sequence[Document], tx: Transaction | None) -> list[Row]:
    if not enrollments:
        return []
    user_ids = [row["user_id"] for row in enrollments]
    of_kind: dict[str, list[ObjectId]] = {"assignment": [], "quiz": []}
    for column in book.columns:
        if column["kind"] in of_kind and not column["blind"]:
            of_kind[column["kind"]].append(ObjectId(column["id"]))
    mates = due.mates(book, user_ids)
    freeze_id = book.frozen["id"] if book.frozen else None
    entered = repository.entered(
        book.course["_id"], user_ids, of_kind["assignment"], of_kind["quiz"], mates, freeze_id, tx
    )
    return rows.made(book, enrollments, entered, clock.now())


def everybody(access: CourseAccess, tx: Transaction | None = None) -> list[Row]:
    """All active learners whom the caller sees. Raise 409 as ``chunks``."""
    return list(chain.from_iterable(chunks(access, tx)))


def chunks(access: CourseAccess, tx: Transaction | None = None) -> Iterator[list[Row]]:
    """As ``everybody``, some hundred at a time. Raise 409 where they are more than ``MOST_LEARNERS``."""
    wanted = {"status": EnrollmentStatus.ACTIVE, **visible.seen(access)}
    after, count = None, 0
    while found := read(access, wanted, after, _CHUNK, tx)[1]:
        count += len(found)
        if count > MOST_LEARNERS:
            raise Conflict(f"This is for at most {MOST_LEARNERS} learners", code="TOO_MANY_LEARNERS")
        yield found
        if len(found) < _CHUNK:
            return
        after = found[-1].enrollment["_id"]


def around(opened: Opened) -> Document:
    """What stands around the rows."""
    book = opened.book
    repeated = opened.known == book.columns_version
    return {
        "version": book.version,
        "columns_version": book.columns_version,
        "columns": None if repeated else book.columns,
        "missing": None if repeated else book.settings["missing"],
        "categories": None if repeated else book.settings["categories"],
        "bands": None if repeated else book.bands,
        "frozen": book.frozen,
    }


def variant(page: Mapping[str, Any]) -> str:
    """What the representation depends on beside the gradebook's version: all that stands in it."""
    return hashlib.sha256(to_json(page, fallback=str)).hexdigest()[:16]
