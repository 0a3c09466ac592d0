"""Groups in which each is linked to another, and how far a likeness stands out in its cohort."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from math import inf
from statistics import fmean, median
from typing import NamedTuple, TypeVar

Id = TypeVar("Id", bound=Hashable)

# Iglewicz and Hoaglin: How to Detect and Handle Outliers, 1993: these make both deviations equal the standard
# deviation of a normal distribution, and a score of 3.5 an outlier.
_MEDIAN_DEVIATION, _MEAN_DEVIATION = 1.4826, 1.2533
OUTLYING = 3.5


class Standing(NamedTuple):
    """``percentile`` is the share of the cohort's scores that are lower, from 0 to 100; ``z`` the distance to their
    median in robust standard deviations, 0 where all are equal."""

    percentile: float
    z: float


def clusters(pairs: Iterable[tuple[Id, Id]], least: int) -> list[set[Id]]:
    """The connected components of at least ``least`` members; largest first."""
    parent: dict[Id, Id] = {}

    def root(each: Id) -> Id:
        parent.setdefault(each, each)
        while parent[each] != each:
            parent[each] = parent[parent[each]]
            each = parent[each]
        return each

    for left, right in pairs:
        parent[root(left)] = root(right)
    components = defaultdict[Id, set[Id]](set)
    for each in list(parent):
        components[root(each)].add(each)
    return sorted((found for found in components.values() if len(found) >= least), key=len, reverse=True)


def standings(scores: Sequence[float], cohort: Sequence[float]) -> list[Standing]:
    """Of each score among those of the cohort."""
    among = sorted(cohort)
    if not among:
        return [Standing(0.0, 0.0) for _ in scores]
    middle, spread = median(among), _spread(among)
    return [
        Standing(
            percentile=100 * bisect_left(among, score) / len(among),
            z=(score - middle) / spread if spread else 0.0,
        )
        for score in scores
    ]


def outlying_from(cohort: Sequence[float]) -> float:
    """The score from which on one stands out of the cohort; infinite where all are equal."""
    spread = _spread(cohort) if cohort else 0.0
    return median(cohort) + OUTLYING * spread if spread else inf


def _spread(scores: Sequence[float]) -> float:
    """By the median absolute deviation; by the mean one where more than half of the scores are equal."""
    middle = median(scores)
    deviations = [abs(score - middle) for score in scores]
    return _MEDIAN_DEVIATION * median(deviations) or _MEAN_DEVIATION * fmean(deviations)
