"""How the scores of an assignment lie."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

_TENTHS = 10


@dataclass(frozen=True)
class Distribution:
    """``sd`` is the standard deviation of these, not an estimate of others'. ``histogram``: how many have from 0 to
    under 10 % of what is possible, and so on; the last has all from 90 % on. Figures of nothing are None."""

    count: int
    mean: float | None
    median: float | None
    sd: float | None
    lowest: float | None
    highest: float | None
    quartiles: list[float] | None
    histogram: list[int]


def distribution(counts: Iterable[tuple[float, int]], possible: float) -> Distribution:
    """Of scores and how many have each."""
    scores = sorted(score for score, count in counts for _ in range(count))
    histogram = [0] * _TENTHS
    for score in scores:
        histogram[max(0, min(_TENTHS - 1, int(_TENTHS * score / possible)))] += 1
    if not scores:
        return Distribution(0, None, None, None, None, None, None, histogram)
    quartiles = [quantile(scores, share) for share in (0.25, 0.5, 0.75)]
    return Distribution(
        count=len(scores),
        mean=_rounded(fmean(scores)),
        median=_rounded(quartiles[1]),
        sd=_rounded(pstdev(scores)),
        lowest=scores[0],
        highest=scores[-1],
        quartiles=[_rounded(each) for each in quartiles],
        histogram=histogram,
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between neighbours: definition 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages, The
    American Statistician 50(4), 1996."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _rounded(value: float) -> float:
    return round(value, 4)
