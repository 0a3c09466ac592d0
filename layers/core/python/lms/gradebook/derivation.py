"""How a grade came about, in sentences that a learner can follow and check with a calculator.

Figures stand as they are where they have at most four decimals; else they are rounded to four and marked with ≈,
while the grade itself is computed with the unrounded ones.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from lms.gradebook.arithmetic import Result, Total, weights
from lms.gradebook.categories import IN_FORCE, CategoryTotal, Item, Part, Status
from lms.gradebook.letters import letter
from lms.gradebook.rounding import half_up

_WHY = {
    Status.EXCUSED: "excused",
    Status.UNGRADED: "not graded",
    Status.WAITING: "handed in and not graded yet",
    Status.NO_PERCENTAGE: "worth no points, so that it has no percentage",
}


def of_total(total: Total) -> list[str]:
    """Of a running or a final grade: each category, the weights, the sum and the letter."""
    return [
        *(sentence for each in total.categories for sentence in _category(each)),
        *_uncategorised(total.uncategorised),
        *_sum(total),
    ]


def of_override(result: Result) -> list[str]:
    """Where the computed grade is overridden: by what, and why."""
    if result.override is None:
        return []
    percent, reason = result.override
    band = letter(percent, result.scheme)
    computed = f"{result.final.percent} %" if result.final.percent is not None else "none yet"
    return [
        f"The grade is set by hand to {_figure(percent)} %, which is {_quoted(band.label)}; "
        f"the computed final grade is {computed}. The reason given: {reason}"
    ]


def _category(total: CategoryTotal) -> Iterator[str]:
    name = _quoted(total.category.name)
    if idle := [part for part in total.parts if part.status in _WHY]:
        reasons = [f"{_quoted(part.item.title)} ({_WHY[part.status]})" for part in idle]
        yield f"Not counted in {name}: {_listed(reasons)}."
    yield from _dropped(total)
    counted = [part for part in total.parts if part.status in IN_FORCE]
    if counted:
        yield f"Counted in {name}: {_listed([_told(part) for part in counted])}."
    if total.ratio is None:
        yield f"Nothing in {name} gives a percentage yet."
    else:
        yield f"{name} comes to {_quotient(total, counted)} {_equals(total.ratio)}."


def _dropped(total: CategoryTotal) -> Iterator[str]:
    name = _quoted(total.category.name)
    lowest = [_told(part) for part in total.parts if part.status is Status.LOWEST]
    if lowest:
        most = total.category.drop_lowest
        yield (
            f"Dropped from {name}: {_listed(lowest)}, since up to {most} of the lowest may be dropped and no other "
            "choice leaves a higher percentage."
        )
    highest = [_told(part) for part in total.parts if part.status is Status.HIGHEST]
    if highest:
        count = total.category.drop_highest
        yield (
            f"Dropped from {name}: {_listed(highest)}, since the highest {count} of the rest are dropped: those "
            "that raise the percentage most."
        )


def _told(part: Part) -> str:
    title, points = _quoted(part.item.title), _figure(part.item.points)
    score = _figure(part.cell.score or Decimal(0))
    weight = "" if part.item.weight == 1 else f", with weight {_figure(part.item.weight)}"
    if part.cell.score is None:
        return f"{title} 0 of {points} (missing){weight}"
    if part.status is Status.EXTRA:
        return f"{title} {score} on top{weight}"
    return f"{title} {score} of {points}{weight}"


def _quotient(total: CategoryTotal, counted: Sequence[Part]) -> str:
    """As it is to be typed in: earned by possible."""
    by_percent = total.category.basis == "percent"
    above = _added([_earned(part, by_percent) for part in counted])
    below = _added([_possible(part, by_percent) for part in counted if part.possible])
    if by_percent or len(counted) == 1:
        return f"{above} ÷ {below}"
    earned = sum((Fraction(part.item.weight) * Fraction(part.cell.score or 0) for part in counted), Fraction(0))
    possible = sum((part.item.weight * part.item.points for part in counted if part.possible), Decimal(0))
    return f"{above} ÷ {below} = {_figure(earned)} ÷ {_figure(possible)}"


def _earned(part: Part, by_percent: bool) -> str:
    weight = "" if part.item.weight == 1 else f"{_figure(part.item.weight)} × "
    score = _figure(part.cell.score or Decimal(0))
    return f"{weight}{score} ÷ {_figure(part.item.points)}" if by_percent else f"{weight}{score}"


def _possible(part: Part, by_percent: bool) -> str:
    if by_percent:
        return _figure(part.item.weight)
    weight = "" if part.item.weight == 1 else f"{_figure(part.item.weight)} × "
    return f"{weight}{_figure(part.item.points)}"


def _uncategorised(items: Sequence[Item]) -> Iterator[str]:
    if items:
        yield f"In no category, so that it does not count: {_listed([_quoted(item.title) for item in items])}."


def _sum(total: Total) -> Iterator[str]:
    shares = weights(total.categories)
    if total.percent is None or total.band is None:
        yield "No category counts yet, so that there is no grade."
        return
    usual = [each for each in total.categories if not each.category.extra_credit]
    counted = [each for each in usual if each.category.id in shares]
    extra = [each for each in total.categories if each.category.extra_credit and each.category.id in shares]
    yield from _weights(usual, counted)
    whole, all_together = _weight_of(counted), _weight_of(usual)
    terms = [_term(each, whole) for each in counted] + [_term(each, all_together) for each in extra]
    if extra:
        named = _listed([_quoted(each.category.name) for each in extra])
        yield f"Extra credit comes on top, in proportion to the weights of all other categories: {named}."
    yield f"The grade is {' + '.join(terms)} = {total.percent} %, rounded half up to two decimals."
    least = _figure(total.band.least)
    yield f"{total.percent} % is {_quoted(total.band.label)}, which begins at {least} %."


def _weights(usual: Sequence[CategoryTotal], counted: Sequence[CategoryTotal]) -> Iterator[str]:
    told = [f"{_quoted(each.category.name)} {_figure(each.category.weight)}" for each in usual]
    yield f"The weights are: {_listed(told)}; together {_figure(_weight_of(usual))}."
    if _weight_of(counted) != _weight_of(usual):
        whole = _weight_of(counted)
        told = [
            f"{_quoted(each.category.name)} {_figure(each.category.weight)} ÷ {_figure(whole)} "
            f"{_equals(Fraction(each.category.weight) / Fraction(whole))}"
            for each in counted
        ]
        yield f"Where nothing counts, no weight is given; so the weights become: {_listed(told)}."


def _weight_of(totals: Sequence[CategoryTotal]) -> Decimal:
    return sum((each.category.weight for each in totals), Decimal(0))


def _term(total: CategoryTotal, whole: Decimal) -> str:
    return f"{_percent(total.ratio or Fraction(0))} × {_figure(total.category.weight)} ÷ {_figure(whole)}"


def _equals(ratio: Fraction) -> str:
    percent = _percent(ratio)
    return percent if percent.startswith("≈") else f"= {percent}"


def _percent(ratio: Fraction) -> str:
    return f"{_figure(ratio * 100)} %"


@lru_cache(10_000)
def _figure(value: Decimal | Fraction) -> str:
    """To four decimals, without zeros at the end."""
    exact = Fraction(value)
    shown = half_up(exact, 4)
    text = f"{shown:f}".rstrip("0").rstrip(".")
    return text if Fraction(shown) == exact else f"≈ {text}"


def _added(terms: Sequence[str]) -> str:
    together = " + ".join(terms)
    return f"({together})" if " " in together else together


def _listed(words: Sequence[str]) -> str:
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def _quoted(name: str) -> str:
    return f"“{name}”"
