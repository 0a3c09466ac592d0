"""A gradebook's settings: whether they hold together, and how the arithmetic reads them.

They are kept as ``GradebookSettings`` dumps them: ``missing``, ``categories`` and ``columns``. A column's id is the
item's: that of the assignment or the quiz, or the key of a column entered by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lms.errors import Invalid
from lms.gradebook.categories import Category, Item
from lms.gradebook.letters import Band, Scheme
from lms.rubrics.points import decimal

Row = Mapping[str, Any]

DEFAULT: Row = {"missing": "excluded", "categories": [], "columns": []}
"""Of a course that has set nothing."""

WHOLE = Category("all", "All work", decimal(1))
"""The one category of a course that has made none: every assignment and quiz counts in it, by points."""


def kept(stored: Row) -> Row:
    """As a course has them, which may have set nothing yet."""
    return {name: stored.get(name, default) for name, default in DEFAULT.items()}


class Work(NamedTuple):
    """An assignment or a quiz as the gradebook shows it."""

    title: str
    points: float


def checked(settings: Row) -> Row:
    """Raise 422 with a pointer to each field that does not fit the others."""
    if errors := [*_wrong_categories(settings["categories"]), *_wrong_columns(settings)]:
        raise Invalid("The gradebook's settings do not fit together", errors=errors)
    return settings


def _wrong_categories(categories: Sequence[Row]) -> Iterator[dict[str, str]]:
    yield from _repeated("categories", "id", categories)
    yield from _repeated("categories", "name", categories)
    if categories and not any(each["weight"] and not each["extra_credit"] for each in categories):
        yield {"pointer": "/categories", "message": "need one with a weight that is not extra credit"}


def _wrong_columns(settings: Row) -> Iterator[dict[str, str]]:
    columns = settings["columns"]
    yield from _repeated("columns", "id", columns)
    basis = {each["id"]: each["basis"] for each in settings["categories"]}
    for index, column in enumerate(columns):
        category_id = column["category_id"]
        if category_id is not None and category_id not in basis:
            yield {"pointer": f"/columns/{index}/category_id", "message": "names no category of the gradebook"}
        if column.get("points") == 0 and basis.get(category_id) == "percent":
            yield {"pointer": f"/columns/{index}/points", "message": "is 0, while its category goes by percent"}


def _repeated(place: str, field: str, rows: Sequence[Row]) -> Iterator[dict[str, str]]:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row[field].casefold() in seen:
            yield {"pointer": f"/{place}/{index}/{field}", "message": "stands in the gradebook twice"}
        seen.add(row[field].casefold())


def categories(settings: Row) -> list[Category]:
    """As the arithmetic takes them; WHOLE where there are none."""
    held = frozenset(column["id"] for column in settings["columns"] if column["never_drop"])
    return [
        Category(
            id=each["id"],
            name=each["name"],
            weight=decimal(each["weight"]),
            basis=each["basis"],
            drop_lowest=each["drop_lowest"],
            drop_highest=each["drop_highest"],
            never_drop=held,
            extra_credit=each["extra_credit"],
            missing=each["missing"],
        )
        for each in settings["categories"]
    ] or [WHOLE]


def items(settings: Row, works: Mapping[str, Work]) -> list[Item]:
    """The gradebook's columns in its order, then the ``works`` (by id) that it does not place, which count where
    there are no categories. A column whose work is gone is left out."""
    elsewhere = None if settings["categories"] else WHOLE.id
    found = [_item(column, works) for column in settings["columns"]]
    placed = {column["id"] for column in settings["columns"]}
    others = [
        Item(id, work.title, decimal(work.points), elsewhere) for id, work in works.items() if id not in placed
    ]
    return [item for item in found if item] + others


def _item(column: Row, works: Mapping[str, Work]) -> Item | None:
    work = Work(column["title"], column["points"]) if column["kind"] == "manual" else works.get(column["id"])
    if work is None:
        return None
    return Item(
        column["id"],
        work.title,
        decimal(work.points),
        column["category_id"],
        decimal(column["weight"]),
        column["extra_credit"],
    )


def scheme(bands: Sequence[Row]) -> Scheme:
    """As ``GradingScheme`` dumps them."""
    return [Band(band["label"], decimal(band["least"])) for band in bands]
