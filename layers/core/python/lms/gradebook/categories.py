"""What counts in a category, and the percentage that it comes to.

Where a category goes by points, its percentage is the points earned of the points possible, so that an item worth
more weighs more; where it goes by percent, it is the mean of the items' percentages. An item's own weight
multiplies its part in either. Extra credit is earned on top of what is possible; so are the points of an item that
is worth none. Scores above the points possible count as they are; no part is ever negative.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Literal, NamedTuple

from lms.gradebook.dropping import Entry, dropped

Basis = Literal["points", "percent"]
Missing = Literal["zero", "excluded"]
"""What work counts that was not handed in."""


class Category(NamedTuple):
    """``weight`` is in any unit: only the categories' proportion matters. ``missing`` None: as the course has it.

    At most ``drop_lowest`` scores are dropped, and ``drop_highest``, but none of the items in ``never_drop``. An
    ``extra_credit`` category is added on top of the others.
    """

    id: str
    name: str
    weight: Decimal
    basis: Basis = "points"
    drop_lowest: int = 0
    drop_highest: int = 0
    never_drop: frozenset[str] = frozenset()
    extra_credit: bool = False
    missing: Missing | None = None


class Item(NamedTuple):
    """A column: an assignment, a quiz or what staff enter by hand. One of no category counts nowhere."""

    id: str
    title: str
    points: Decimal
    category_id: str | None
    weight: Decimal = Decimal(1)
    extra_credit: bool = False


class Cell(NamedTuple):
    """A learner's of an item. ``submitted``: something is handed in. ``overdue``: the learner's own due date has
    passed."""

    score: Decimal | Fraction | None = None
    excused: bool = False
    submitted: bool = False
    overdue: bool = False


class Status(Enum):
    """What became of a cell."""

    COUNTED = "counted"
    ZERO = "missing, counted as 0"
    EXTRA = "on top of what is possible"
    LOWEST = "dropped as one of the lowest"
    HIGHEST = "dropped as one of the highest"
    EXCUSED = "excused"
    UNGRADED = "not graded"
    WAITING = "handed in, not graded"
    NO_PERCENTAGE = "worth no points, hence without a percentage"


IN_FORCE = frozenset({Status.COUNTED, Status.ZERO, Status.EXTRA})
DROPPED = frozenset({Status.LOWEST, Status.HIGHEST})


class Part(NamedTuple):
    """An item's in its category: ``earned`` of ``possible``, weight and all, in the category's unit; both 0 where
    it does not count."""

    item: Item
    cell: Cell
    status: Status
    earned: int = 0
    possible: int = 0


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """``ratio`` is 1 where all that is possible is earned; None where nothing counts yet."""

    category: Category
    parts: tuple[Part, ...]
    ratio: Fraction | None

    @property
    def is_settled(self) -> bool:
        """Whether no 0 in it stands for work that may still come in."""
        waits = (part for part in self.parts if part.cell.score is None and not part.cell.overdue)
        return not any(part.status in IN_FORCE or part.status in DROPPED for part in waits)


def total_of(
    category: Category, items: Iterable[Item], cells: Mapping[str, Cell], missing: Missing, *, running: bool
) -> CategoryTotal:
    """Of the category's ``items``. ``missing`` is the course's rule. In the running total nothing is missing before
    its due date. Raise ValueError where a score, points or a weight are negative."""
    policy = category.missing or missing
    empty = Cell()
    parts = [(item, cells.get(item.id, empty)) for item in items]
    told = [Part(item, cell, _status(category.basis, item, cell, policy, running)) for item, cell in parts]
    kept = tuple(_without_dropped(category, _measured(category.basis, told)))
    possible = sum(part.possible for part in kept)
    return CategoryTotal(
        category, kept, Fraction(sum(part.earned for part in kept), possible) if possible else None
    )


def _status(basis: Basis, item: Item, cell: Cell, missing: Missing, running: bool) -> Status:
    if cell.excused:
        return Status.EXCUSED
    if basis == "percent" and not item.points:
        return Status.NO_PERCENTAGE
    if cell.score is None and cell.submitted:
        return Status.WAITING
    on_top = item.extra_credit or not item.points or not item.weight
    if cell.score is not None:
        return Status.EXTRA if on_top else Status.COUNTED
    counts = missing == "zero" and not on_top and (cell.overdue or not running)
    return Status.ZERO if counts else Status.UNGRADED


def _measured(basis: Basis, parts: Sequence[Part]) -> list[Part]:
    """With what is earned and possible, in whole units of which all of them are multiples."""
    quotients = {part.item.id: _quotients(basis, part) for part in parts if part.status in IN_FORCE}
    unit = math.lcm(*(below for pair in quotients.values() for _, below in pair))

    def measured(part: Part) -> Part:
        if part.item.id not in quotients:
            return part
        earned, possible = (above * unit // below for above, below in quotients[part.item.id])
        return Part(part.item, part.cell, part.status, earned, 0 if part.status is Status.EXTRA else possible)

    return [measured(part) for part in parts]


def _quotients(basis: Basis, part: Part) -> tuple[tuple[int, int], tuple[int, int]]:
    """What is earned and what is possible, each as numerator and denominator."""
    item, score = part.item, part.cell.score or Decimal(0)
    if score < 0 or item.points < 0 or item.weight < 0:
        raise ValueError(f"item {item.id} holds a negative score, points or weight")
    weight, of_weight = item.weight.as_integer_ratio()
    earned, of_earned = score.as_integer_ratio()
    points, of_points = item.points.as_integer_ratio()
    if basis == "percent":
        return (weight * earned * of_points, of_weight * of_earned * points), (weight, of_weight)
    return (weight * earned, of_weight * of_earned), (weight * points, of_weight * of_points)


def _without_dropped(category: Category, parts: list[Part]) -> list[Part]:
    """What is earned on top is never dropped: it can only help."""
    if not category.drop_lowest and not category.drop_highest:
        return parts
    entries = [
        Entry(part.item.id, part.earned, part.possible)
        for part in parts
        if part.possible and part.item.id not in category.never_drop
    ]
    drops = dropped(
        entries,
        category.drop_lowest,
        category.drop_highest,
        earned=sum(part.earned for part in parts) - sum(entry.earned for entry in entries),
        possible=sum(part.possible for part in parts) - sum(entry.possible for entry in entries),
    )
    why = dict.fromkeys(drops.lowest, Status.LOWEST) | dict.fromkeys(drops.highest, Status.HIGHEST)
    return [Part(part.item, part.cell, why[part.item.id]) if part.item.id in why else part for part in parts]
