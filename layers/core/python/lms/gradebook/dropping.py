"""Which scores of a category are dropped.

Dropping the lowest percentages, or the fewest points, is not always best where the items are worth different
points: the set to drop is the one that leaves the highest percentage (Kane and Kane, The Algebra of Grade Dropping,
Mathematics Magazine 79, 2006). As there, it is found without trying the sets, by asking of a ratio q which set
leaves the largest sum of earned - q * possible: that sum falls in q and is 0 at the ratio sought. The search is
Dinkelbach's (On Nonlinear Fractional Programming, Management Science 13, 1967), between bounds that bisection
narrows where a step leaves them, in whole numbers and their quotients, hence exact.

Dropping the highest takes away what would help most. Of both rules together each has its best answer to the other:
the highest percentage that a choice of the lowest can secure, whichever of the highest are taken from the rest.
For one ratio that choice leaves the middle of the items sorted by earned - q * possible.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Entry(NamedTuple):
    """A score that may be dropped: ``earned`` of ``possible``, which is above 0, in a unit that all share."""

    id: str
    earned: int
    possible: int


class Drops(NamedTuple):
    lowest: frozenset[str]
    highest: frozenset[str]


class _Cut(NamedTuple):
    drops: Drops
    ratio: Fraction


def dropped(entries: Sequence[Entry], lowest: int, highest: int, *, earned: int = 0, possible: int = 0) -> Drops:
    """At most ``lowest`` entries, and ``highest``, to drop beside ``earned`` of ``possible`` that stay anyway.

    No more of the lowest are dropped than raise the ratio, or leave it as it is: otherwise than in Canvas, which
    always drops as many as the rule says, and lowers a grade that rests on what may not be dropped. The last that
    gives the ratio its denominator stays, and where there are too few for both rules, the lowest go first. Ids
    decide among equals.
    """
    spare = len(entries) - (0 if possible else 1)
    lowest = max(0, min(lowest, spare))
    highest = max(0, min(highest, spare - lowest))
    if not lowest and not highest:
        return Drops(frozenset(), frozenset())
    return _best(entries, lowest, highest, Entry("", earned, possible))


def _best(entries: Sequence[Entry], lowest: int, highest: int, fixed: Entry) -> Drops:
    earned = fixed.earned + sum(each.earned for each in entries)
    below, above = Fraction(-1), Fraction(earned + 1)
    ratio = Fraction(earned, fixed.possible + sum(each.possible for each in entries))
    while True:
        cut = _cut(entries, lowest, highest, fixed, ratio)
        if cut.ratio == ratio:
            return cut.drops
        if cut.ratio > ratio:
            below = ratio
        else:
            above = ratio
        ratio = cut.ratio if below < cut.ratio < above else (below + above) / 2


def _cut(entries: Sequence[Entry], lowest: int, highest: int, fixed: Entry, ratio: Fraction) -> _Cut:
    """What is best to drop where the category stood at ``ratio``, and the ratio that it leads to."""

    def gain(entry: Entry) -> int:
        return entry.earned * ratio.denominator - entry.possible * ratio.numerator

    ranked = sorted(entries, key=lambda entry: (gain(entry), entry.id))
    top = ranked[len(ranked) - highest :]
    rest = ranked[: len(ranked) - highest]
    bottom = [entry for entry in rest[:lowest] if gain(entry) <= 0]
    kept = [fixed, *rest[len(bottom) :]]
    drops = Drops(frozenset(each.id for each in bottom), frozenset(each.id for each in top))
    return _Cut(drops, Fraction(sum(each.earned for each in kept), sum(each.possible for each in kept)))
