"""A gradebook as a spreadsheet: written for staff, and read back as proposals for its cells.

A column's header ends with its id in brackets, by which it is found again whatever its title has become; a title
alone will do where only one column has it. A learner is found by id or address. What a cell may say: points, with
a decimal point or comma; a percentage of the column's points; EX for excused. An empty cell leaves the grade as it
is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from lms import spreadsheets
from lms.gradebook.arithmetic import Result
from lms.gradebook.categories import Cell, Item
from lms.gradebook.rounding import half_up
from lms.rubrics.points import MOST_POINTS

MOST_ROWS = 10_000

_PLACES = 4
_COMPUTED = ("running", "running letter", "final", "final letter", "override", "letter")
_KEYS = ("id", "email")
_PASSED_OVER = {"name", *_COMPUTED}
_ID = re.compile(r"\[([A-Za-z0-9_-]{1,24})\]\s*$")
_NUMBER = re.compile(r"(\d+)(?:[.,](\d+))?\s*(%?)", re.ASCII)

Value = Decimal | Literal["EX"] | None
"""Of a cell: a score, excused, or nothing yet."""


class Learner(NamedTuple):
    """``id`` as hex text."""

    id: str
    name: str
    email: str


class Row(NamedTuple):
    learner: Learner
    cells: Mapping[str, Cell]
    result: Result


class Proposal(NamedTuple):
    """What ``row`` of the file says of a cell."""

    row: int
    learner_id: str
    item_id: str
    value: Decimal | Literal["EX"]


class Problem(NamedTuple):
    """What is wrong in ``row``, as a spreadsheet counts; ``column`` is its header, "" for the whole row."""

    row: int
    column: str
    code: str
    message: str


class Sheet(NamedTuple):
    proposals: list[Proposal]
    problems: list[Problem]


class Change(NamedTuple):
    """What bringing a proposal in would do."""

    row: int
    learner_id: str
    item_id: str
    old: Value
    new: Decimal | Literal["EX"]


class _Wrong(Exception):
    """``args``: code and message."""


def written(items: Sequence[Item], rows: Iterable[Row], *, comma: bool = False) -> str:
    """``comma``: with decimal commas, and semicolons between fields, as spreadsheets of many countries expect."""
    header = [*_KEYS, "name", *(_header(item) for item in items), *_COMPUTED]
    return spreadsheets.written([header, *(list(_row(items, row, comma)) for row in rows)], ";" if comma else ",")


def _header(item: Item) -> str:
    return spreadsheets.neutral(f"{item.title} (of {_figure(item.points, False)}) [{item.id}]")


def _row(items: Sequence[Item], row: Row, comma: bool) -> Iterator[str]:
    learner, cells, result = row
    yield from (learner.id, spreadsheets.neutral(learner.email), spreadsheets.neutral(learner.name))
    for item in items:
        yield _shown(value_of(cells.get(item.id, Cell())), comma)
    for total in (result.running, result.final):
        yield _shown(total.percent, comma)
        yield spreadsheets.neutral(total.letter or "")
    yield _shown(result.override and result.override.percent, comma)
    yield spreadsheets.neutral(result.letter or "")


def value_of(cell: Cell) -> Value:
    """As a spreadsheet has it, where a quiz's percentage is rounded."""
    if cell.excused:
        return "EX"
    return None if cell.score is None else half_up(Fraction(cell.score), _PLACES)


def _shown(value: Value, comma: bool) -> str:
    if value is None:
        return ""
    return _figure(value, comma) if isinstance(value, Decimal) else value


def _figure(value: Decimal, comma: bool) -> str:
    """Never with three decimals, which could be thousands."""
    text = f"{value.normalize():f}"
    if re.search(r"\.\d{3}$", text):
        text += "0"
    return text.replace(".", ",") if comma else text


def read(text: str, items: Sequence[Item], learners: Mapping[str, str]) -> Sheet:
    """``learners``: their ids, by id and by address in small letters. Raise 422 WRONG_COLUMNS where no column says
    whose a row is, or as ``spreadsheets.read``. What is wrong beside that stands in the problems, all of it."""
    (first, header), *rows = spreadsheets.read(text, MOST_ROWS)
    names = [name.strip() for name in header]
    if not {name.lower() for name in names} & set(_KEYS):
        raise spreadsheets.refused("the header names id or email", "WRONG_COLUMNS")
    columns, problems = _columns(first, names, items)
    proposals: list[Proposal] = []
    seen: set[str] = set()
    for row, fields in rows:
        try:
            learner_id = _learner(names, fields, learners)
            if learner_id in seen:
                raise _Wrong("REPEATED_LEARNER", "an earlier row is of the same learner")
        except _Wrong as wrong:
            problems.append(Problem(row, "", *wrong.args))
            continue
        seen.add(learner_id)
        for index, field in enumerate(fields):
            try:
                if index in columns and (value := _value(field, columns[index])) is not None:
                    proposals.append(Proposal(row, learner_id, columns[index].id, value))
            except _Wrong as wrong:
                problems.append(Problem(row, names[index], *wrong.args))
    return Sheet(proposals, problems)


def _columns(row: int, names: Sequence[str], items: Sequence[Item]) -> tuple[dict[int, Item], list[Problem]]:
    """The items of the columns, by the columns' place."""
    columns: dict[int, Item] = {}
    problems: list[Problem] = []
    seen: set[str] = set()
    for index, name in enumerate(names):
        known = name.lower() in _PASSED_OVER or name.lower() in _KEYS
        item = None if known else _item(name, items)
        key = f"[{item.id}]" if item else name.lower()
        if not known and item is None:
            problems.append(
                Problem(row, name, "UNKNOWN_COLUMN", "is no column of this gradebook, or more than one")
            )
        elif key in seen:
            problems.append(Problem(row, name, "REPEATED_COLUMN", "stands in the header twice"))
        elif item:
            columns[index] = item
        seen.add(key)
    return columns, problems


def _item(name: str, items: Sequence[Item]) -> Item | None:
    if found := _ID.search(name):
        return next((item for item in items if item.id == found[1]), None)
    titled = [item for item in items if item.title.casefold() == name.casefold()]
    return titled[0] if len(titled) == 1 else None


def _learner(names: Sequence[str], fields: Sequence[str], learners: Mapping[str, str]) -> str:
    if len(fields) > len(names):
        raise _Wrong("TOO_MANY_FIELDS", "has more fields than the header")
    told = {name.lower(): field.strip().lower() for name, field in zip(names, fields, strict=False)}
    found = {learners[told[key]] for key in _KEYS if told.get(key) in learners}
    if not found:
        raise _Wrong("UNKNOWN_LEARNER", "is of nobody who learns in this course")
    if len(found) > 1:
        raise _Wrong("TWO_LEARNERS", "has the id of one learner and the address of another")
    return found.pop()


def _value(field: str, item: Item) -> Decimal | Literal["EX"] | None:
    text = field.strip()
    if not text:
        return None
    if text.upper() == "EX":
        return "EX"
    if text[0] in "-−":
        raise _Wrong("NEGATIVE", "is below 0")
    number = _NUMBER.fullmatch(text)
    if number is None:
        raise _Wrong("NOT_A_NUMBER", "is no number: write points, a percentage or EX; letters are no grades here")
    whole, decimals, percent = number.groups(default="")
    if not percent and len(decimals) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        raise _Wrong("AMBIGUOUS_NUMBER", "could be thousands: write another number of decimals")
    if len(decimals) > _PLACES or len(whole) > len(str(MOST_POINTS)):
        raise _Wrong("NOT_A_NUMBER", f"has more than {_PLACES} decimals or is above {MOST_POINTS}")
    value = Decimal(f"{whole}.{decimals or 0}")
    if percent:
        if not item.points:
            raise _Wrong("NO_PERCENTAGE", "is a percentage of a column that is worth no points")
        value = half_up(Fraction(value) * Fraction(item.points) / 100, _PLACES)
    if value > MOST_POINTS:
        raise _Wrong("NOT_A_NUMBER", f"is above {MOST_POINTS}")
    return value


def changes(proposals: Iterable[Proposal], cells: Mapping[str, Mapping[str, Cell]]) -> list[Change]:
    """What differs from ``cells``, by learner and item."""
    found = []
    for row, learner_id, item_id, new in proposals:
        old = value_of(cells.get(learner_id, {}).get(item_id, Cell()))
        if old != new:
            found.append(Change(row, learner_id, item_id, old, new))
    return found
