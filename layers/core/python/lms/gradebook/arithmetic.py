"""A learner's grade of a course, from what was scored and the rules of its gradebook: no clock, no database.

The course's percentage is the mean of its categories', weighted over those in which something counts: the weight
of one where nothing counts goes to the others in their proportion. A category of extra credit adds its percentage
times its weight to that, in proportion to all the others' weights, so that it is worth the same all through the
course.

Sums and quotients are exact. Each total is rounded once, at its end, to two decimals, half up; its letter is that
of the rounded percentage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from lms.gradebook.categories import Category, CategoryTotal, Cell, Item, Missing, total_of
from lms.gradebook.letters import LETTERS, Band, Scheme, letter
from lms.gradebook.rounding import half_up


class Override(NamedTuple):
    """What staff say instead of the computed grade, and why."""

    percent: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Total:
    """``percent`` and ``band`` are None while nothing counts. ``categories`` are all, in the course's order;
    ``uncategorised`` are the items that count nowhere."""

    percent: Decimal | None
    band: Band | None
    categories: tuple[CategoryTotal, ...]
    uncategorised: tuple[Item, ...] = ()

    @property
    def letter(self) -> str | None:
        return self.band.label if self.band else None


@dataclass(frozen=True, slots=True)
class Result:
    """``running`` is of what is graded so far; where missing work counts as 0, what is past its due date counts in
    it too. ``final`` is as if nothing more came in. An override stands beside both."""

    running: Total
    final: Total
    override: Override | None
    scheme: Scheme

    @property
    def letter(self) -> str | None:
        """That is in force: the override's, else that of the final grade."""
        return letter(self.override.percent, self.scheme).label if self.override else self.final.letter


def course_grade(
    categories: Sequence[Category],
    items: Sequence[Item],
    cells: Mapping[str, Cell],
    scheme: Scheme = LETTERS,
    *,
    missing: Missing = "excluded",
    override: Override | None = None,
) -> Result:
    """``cells`` are by item; one that is not there is empty. ``missing`` holds where a category does not say its
    own. ``scheme`` is one that ``letters.checked`` lets pass. Raise ValueError for anything negative."""
    of_category: dict[str | None, list[Item]] = {category.id: [] for category in categories}
    uncategorised: list[Item] = []
    for item in items:
        of_category.get(item.category_id, uncategorised).append(item)

    def total(category: Category, *, running: bool) -> CategoryTotal:
        return total_of(category, of_category[category.id], cells, missing, running=running)

    final = [total(category, running=False) for category in categories]
    running = [each if each.is_settled else total(each.category, running=True) for each in final]
    at_the_end = _sum(final, uncategorised, scheme)
    so_far = at_the_end if running == final else _sum(running, uncategorised, scheme)
    return Result(so_far, at_the_end, override, scheme)


def _sum(totals: Sequence[CategoryTotal], uncategorised: Sequence[Item], scheme: Scheme) -> Total:
    ratios = {each.category.id: each.ratio or Fraction(0) for each in totals}
    shares = weights(totals)
    if not shares:
        return Total(None, None, tuple(totals), tuple(uncategorised))
    percent = half_up(sum((share * ratios[id] for id, share in shares.items()), Fraction(0)) * 100)
    return Total(percent, letter(percent, scheme), tuple(totals), tuple(uncategorised))


def weights(totals: Sequence[CategoryTotal]) -> dict[str, Fraction]:
    """The share of each category that counts, by its id: together 1. Extra credit comes on top of that."""
    counted = [each.category for each in totals if _counts(each) and not each.category.extra_credit]
    whole = sum((Fraction(each.weight) for each in counted), Fraction(0))
    if not whole:
        return {}
    usual = sum((Fraction(each.category.weight) for each in totals if not each.category.extra_credit), Fraction(0))
    extra = [each.category for each in totals if _counts(each) and each.category.extra_credit]
    return {each.id: Fraction(each.weight) / whole for each in counted} | {
        each.id: Fraction(each.weight) / usual for each in extra
    }


def _counts(total: CategoryTotal) -> bool:
    if total.category.weight < 0:
        raise ValueError(f"category {total.category.id} has a negative weight")
    return total.ratio is not None and total.category.weight > 0
