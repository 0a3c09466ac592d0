"""Question banks in and out of files, with a report that names every item: nothing is dropped silently."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bson import ObjectId
from pydantic_core import to_json

from lms import clock
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.errors import Invalid, TooLarge
from lms.mongo import Document, Transaction
from lms.quizzes import formats, questions, repository
from lms.quizzes.formats.files import MOST_ITEMS
from lms.quizzes.formats.report import Row

if TYPE_CHECKING:
    from lms.quizzes.contents import Question
    from lms.quizzes.models.files import QuestionFile

_MOST_ANSWERED_BYTES = 4_400_000
"""Lambda's answer holds 6 MB, in base64."""

_ZIPPED = "application/zip"


class Import:
    """A file, read: ``report`` says what will become of each item, ``add`` keeps the questions."""

    def __init__(self, access: CourseAccess, file: QuestionFile) -> None:
        """Raise 422 FILE_REFUSED, with the place, for a file that cannot be read as a whole."""
        self._access = access
        self._format = file.format
        found, rows = formats.read(file.format, _data(file))
        documents = [_document(question, file.pool, access.course_id, clock.now()) for question in found]
        self._rows = [_row(row, documents) for row in rows]
        self._questions = [each for each in documents if not isinstance(each, Invalid)]

    @property
    def count(self) -> int:
        return len(self._questions)

    def report(self, *, kept: bool) -> Document:
        """Without ids where nothing is kept."""
        rows = self._rows if kept else [{**row, "question_id": None} for row in self._rows]
        return _report(rows, self.count)

    def add(self, tx: Transaction) -> None:
        repository.add_questions(tx, self._questions)
        detail = {"count": self.count, "format": self._format}
        changes.record(tx, self._access, "import", "question_bank", self._access.course_id, detail)


def _data(file: QuestionFile) -> bytes:
    if file.content is not None:
        return file.content.encode()
    try:
        return base64.b64decode(file.content_base64 or "", validate=True)
    except binascii.Error:
        raise Invalid(errors=[{"pointer": "/content_base64", "message": "is no base64"}]) from None


def _document(question: Question, pool: str | None, course_id: ObjectId, now: datetime) -> Document | Invalid:
    """The question as the bank would keep it, or why it cannot."""
    if pool is not None:
        question = question.model_copy(update={"pool": pool})
    try:
        return questions.document(question, course_id, now)
    except Invalid as refused:
        return refused


def _row(row: Row, documents: Sequence[Document | Invalid]) -> Document:
    made = None if row.question_index is None else documents[row.question_index]
    if isinstance(made, Invalid):
        messages = [error["message"] for error in made.errors]
        return {**row._asdict(), "outcome": "refused", "notes": [*messages, *row.notes]}
    return {**row._asdict(), "question_id": made["_id"] if made else None}


@dataclass(frozen=True, slots=True)
class Export:
    """A file of questions, and what it holds of each."""

    data: bytes
    content_type: str
    name: str
    report: Document


def export(access: CourseAccess, format: formats.Format, pool: str | None) -> Export:
    """The bank, or one pool of it. Raise 422 FILE_REFUSED where that is more than a file may hold."""
    stored = repository.all_questions(access.course_id, pool, list(questions.FIELDS), MOST_ITEMS + 1)
    parsed = [questions.parsed(each) for each in stored]
    data, content_type, suffix, rows = formats.write(format, parsed)
    named = [{**row._asdict(), "question_id": stored[row.number - 1]["_id"]} for row in rows]
    held = sum(row.outcome != "refused" for row in rows)
    return Export(data, content_type, f"questions-{access.course_id}{suffix}", _report(named, held))


def require_sendable(file: Export, *, compressed: bool) -> None:
    """Raise 413 where the answer would be too large; ``compressed`` says whether the client takes gzip."""
    shrinks = compressed and file.content_type != _ZIPPED
    if len(file.data) > _MOST_ANSWERED_BYTES and not shrinks:
        raise TooLarge("Export one pool after the other, or accept gzip", code="EXPORT_TOO_LARGE")


def _report(rows: Iterable[Mapping[str, Any]], question_count: int) -> Document:
    """Cut until it can be sent: first the notes, then the titles too."""
    every = list(rows)
    outcomes = Counter(row["outcome"] for row in every)
    report = {
        **{name: outcomes[name] for name in ("taken", "changed", "refused")},
        "question_count": question_count,
        "rows": every,
    }
    for notes, characters in ((3, 100), (1, 60), (1, 20)):
        if len(to_json(report, fallback=str)) <= _MOST_ANSWERED_BYTES:
            break
        report |= {"rows": [_cut(row, notes, characters) for row in every], "shortened": True}
    return report


def _cut(row: Mapping[str, Any], notes: int, characters: int) -> Document:
    texts = {name: row[name][:characters] for name in ("title", "type", "place")}
    return {**row, **texts, "notes": [note[:characters] for note in row["notes"][:notes]]}
