"""Reading a list of learners."""

from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from lms import spreadsheets
from lms.fields import Email
from lms.permissions import CourseRole

MOST_ROWS = 10_000

_COLUMNS = ("email", "cohort", "role")
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
    """Raise 422 WRONG_COLUMNS, or as ``spreadsheets.read``."""
    rows = spreadsheets.read(text, MOST_ROWS)
    columns = [name.strip().lower() for name in rows[0][1]]
    if "email" not in columns or set(columns) - set(_COLUMNS) or len(set(columns)) < len(columns):
        message = "the header names email and, if you like, cohort and role; each once"
        raise spreadsheets.refused(message, "WRONG_COLUMNS")
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
