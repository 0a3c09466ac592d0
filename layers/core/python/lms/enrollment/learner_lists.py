"""Reading a list of learners: CSV (RFC 4180) as spreadsheets write it, with commas, semicolons or tabs."""

import csv
import io
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from lms.errors import Invalid
from lms.fields import Email
from lms.permissions import CourseRole

MOST_ROWS = 10_000

_COLUMNS = ("email", "cohort", "role")
_DELIMITERS = ",;\t"
_ROLES = {role.value: role for role in (CourseRole.LEARNER, CourseRole.ASSISTANT, CourseRole.INSTRUCTOR)}
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


class Line(NamedTuple):
    """A row of the file; ``row`` counts as a spreadsheet does, the header being 1. ``wrong`` says what is wrong
    with it, None where nothing is."""

    row: int
    email: str = ""
    cohort: str = ""
    role: CourseRole = CourseRole.LEARNER
    wrong: str | None = None


def read(text: str) -> list[Line]:
    """Empty rows are passed over. Raise 422 MALFORMED_CSV, WRONG_COLUMNS, TOO_MANY_ROWS or NO_ROWS."""
    text = text.removeprefix("\ufeff")
    header = next(iter(text.strip().splitlines()), "")
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(number, fields) for number, fields in enumerate(reader, 1) if any(map(str.strip, fields))]
    except csv.Error as error:
        raise _refused(f"line {reader.line_num}: {error}", "MALFORMED_CSV") from None
    if len(rows) < 2:
        raise _refused("a header and at least one row are needed", "NO_ROWS")
    if len(rows) > MOST_ROWS + 1:
        raise _refused(f"holds more than {MOST_ROWS} rows", "TOO_MANY_ROWS")
    columns = [name.strip().lower() for name in rows[0][1]]
    if "email" not in columns or set(columns) - set(_COLUMNS) or len(set(columns)) < len(columns):
        raise _refused("the header names email and, if you like, cohort and role; each once", "WRONG_COLUMNS")
    return [_line(number, fields, columns) for number, fields in rows[1:]]


def _line(row: int, fields: list[str], columns: list[str]) -> Line:
    if len(fields) > len(columns):
        return Line(row, wrong="TOO_MANY_FIELDS")
    told = dict(zip(columns, map(str.strip, fields), strict=False))
    role = _ROLES.get(told.get("role", "").lower() or CourseRole.LEARNER)
    if role is None:
        return Line(row, wrong="UNKNOWN_ROLE")
    try:
        email = _EMAIL.validate_python(told.get("email", ""))
    except ValidationError:
        return Line(row, wrong="NO_ADDRESS")
    return Line(row, email, told.get("cohort", ""), role)


def _refused(message: str, code: str) -> Invalid:
    return Invalid("The list cannot be read", code=code, errors=[{"pointer": "/csv", "message": message}])
