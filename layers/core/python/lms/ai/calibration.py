"""How well a machine's grades agree with people's, and whether that gets worse."""

from collections.abc import Sequence
from statistics import fmean, pstdev
from typing import Literal, NamedTuple

Pair = tuple[int, int]
"""The place of a person's level among a criterion's, and of the machine's, from 0 on."""

LEAST_PAIRS = 30
"""Fewer say too little to warn of."""

_LEAST_KAPPA = 0.70
_MOST_LOST = 0.10
_MOST_SHIFTED = 0.15
"""Limits for automated scoring: Williamson, Xi and Breyer, A Framework for Evaluation and Use of Automated Scoring,
Educational Measurement: Issues and Practice 31(1), 2012, pp. 2-13."""

Drift = Literal["low_agreement", "falling_agreement", "harsher", "milder"]


class Calibration(NamedTuple):
    """``kappa`` is None where it is undefined: where all are in one level. ``exact`` and ``within_one`` are shares
    of the pairs, None where there are none. ``shift`` is how far the machine lies above people on average, in
    standard deviations of both; None where these are 0."""

    pairs: int
    kappa: float | None
    exact: float | None
    within_one: float | None
    shift: float | None


def calibration(pairs: Sequence[Pair], levels: int) -> Calibration:
    if not pairs:
        return Calibration(0, None, None, None, None)
    return Calibration(
        len(pairs),
        quadratic_weighted_kappa(pairs, levels),
        fmean(person == machine for person, machine in pairs),
        fmean(abs(person - machine) <= 1 for person, machine in pairs),
        _shift(pairs),
    )


def quadratic_weighted_kappa(pairs: Sequence[Pair], levels: int) -> float | None:
    """1 minus the observed disagreement by the one expected of independent graders with the same shares of levels,
    both weighted by the square of the distance: J. Cohen, Weighted kappa, Psychological Bulletin 70(4), 1968,
    pp. 213-220. 1 is full agreement, 0 that of chance, below 0 less than that.

    Raise ValueError for a place outside of the ``levels``.
    """
    if any(not 0 <= place < levels for pair in pairs for place in pair):
        raise ValueError(f"a place is not among {levels} levels")
    persons, machines = ([pair[side] for pair in pairs] for side in (0, 1))
    # The mean square over all combinations, from sums alone: E[(x-y)^2] = E[x^2] + E[y^2] - 2 E[x] E[y].
    # In integers, so that full agreement is exactly 1.
    count = len(pairs)
    squares = sum(place * place for place in (*persons, *machines))
    expected = count * squares - 2 * sum(persons) * sum(machines)
    observed = count * sum((person - machine) ** 2 for person, machine in pairs)
    return 1 - observed / expected if expected else None


def _shift(pairs: Sequence[Pair]) -> float | None:
    """The standardized mean difference."""
    persons, machines = ([pair[side] for pair in pairs] for side in (0, 1))
    spread = ((pstdev(persons) ** 2 + pstdev(machines) ** 2) / 2) ** 0.5
    return (fmean(machines) - fmean(persons)) / spread if spread else None


def drift(earlier: Calibration, recent: Calibration) -> list[Drift]:
    """What staff are to be warned of: nothing from fewer than ``LEAST_PAIRS`` recent pairs, nor of a fall from
    fewer earlier ones."""
    if recent.pairs < LEAST_PAIRS:
        return []
    found: list[Drift] = []
    if recent.kappa is not None and recent.kappa < _LEAST_KAPPA:
        found.append("low_agreement")
    if earlier.pairs >= LEAST_PAIRS and earlier.kappa is not None and recent.kappa is not None:
        found += ["falling_agreement"] if earlier.kappa - recent.kappa > _MOST_LOST else []
    if recent.shift is not None and abs(recent.shift) > _MOST_SHIFTED:
        found.append("milder" if recent.shift > 0 else "harsher")
    return found
