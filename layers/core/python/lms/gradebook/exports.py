"""A gradebook as a spreadsheet."""

from lms.courses.access import CourseAccess
from lms.errors import TooLarge
from lms.gradebook import pages, sheets
from lms.gradebook.rows import Row

_MOST_BYTES = 4_500_000
"""Lambda answers 6 MB, in base64."""


def csv(access: CourseAccess, *, comma: bool, compressed: bool) -> bytes:
    """All learners whom the caller sees, with what stands in the gradebook; blind work is left out. ``compressed``
    says whether the client takes gzip. Raise 413 for what cannot be answered, 409 as ``pages.everybody``."""
    rows = list(pages.everybody(access))
    book = rows[0].book if rows else pages.read(access, {}, None, 1)[0]
    found = (sheets.Row(_learner(row), row.counted, row.result) for row in rows)
    data = sheets.written(book.named_items, found, comma=comma).encode()
    if len(data) > _MOST_BYTES and not compressed:
        raise TooLarge("Accept gzip to export as much", code="EXPORT_TOO_LARGE")
    return data


def _learner(row: Row) -> sheets.Learner:
    return sheets.Learner(str(row.user_id), row.person.get("name", ""), row.person.get("email", ""))
