import random
from itertools import product

import pytest

from lms.ai.calibration import LEAST_PAIRS, Calibration, Pair, calibration, drift, quadratic_weighted_kappa


def by_definition(pairs: list[Pair], levels: int) -> float:
    """Cohen's, by the tables of observed and expected shares."""
    count = len(pairs)
    observed = expected = 0.0
    for person, machine in product(range(levels), repeat=2):
        weight = (person - machine) ** 2 / (levels - 1) ** 2
        observed += weight * pairs.count((person, machine)) / count
        shares = [sum(pair[side] == place for pair in pairs) / count for side, place in ((0, person), (1, machine))]
        expected += weight * shares[0] * shares[1]
    return 1 - observed / expected


@pytest.mark.parametrize(
    ("pairs", "levels", "kappa"),
    [
        # Weights 1/4 for one level, 1 for two: observed 1/4 in 4; expected by (1, 1, 2) and (1, 2, 1) 5/4 in 4.
        ([(0, 0), (1, 1), (2, 1), (2, 2)], 3, 0.8),
        ([(0, 0), (1, 1), (2, 2), (3, 3)], 4, 1.0),
        ([(0, 1), (1, 0)], 2, -1.0),
        ([*product(range(3), repeat=2)], 3, 0.0),
        ([(1, 1), (1, 1)], 3, None),
    ],
)
def test_kappa_of_worked_examples(pairs: list[Pair], levels: int, kappa: float | None):
    assert quadratic_weighted_kappa(pairs, levels) == (None if kappa is None else pytest.approx(kappa))


def test_kappa_is_what_its_tables_give():
    randomly = random.Random(1968)
    for _ in range(50):
        levels = randomly.randint(2, 6)
        pairs = [(randomly.randrange(levels), randomly.randrange(levels)) for _ in range(40)]
        assert quadratic_weighted_kappa(pairs, levels) == pytest.approx(by_definition(pairs, levels))


def test_a_place_that_is_no_level_is_refused():
    with pytest.raises(ValueError, match="not among 3 levels"):
        quadratic_weighted_kappa([(0, 3)], 3)


def test_shares_and_shift():
    found = calibration([(0, 0), (1, 2), (2, 2), (0, 2)], 3)
    assert (found.pairs, found.exact, found.within_one) == (4, 0.5, 0.75)
    # Means 0.75 and 1.5, variances 0.6875 and 0.75.
    assert found.shift == pytest.approx(0.75 / 0.71875**0.5)
    assert calibration([], 3) == Calibration(0, None, None, None, None)


def made(kappa: float | None = 0.8, shift: float | None = 0.0, pairs: int = LEAST_PAIRS) -> Calibration:
    return Calibration(pairs, kappa, 0.8, 0.9, shift)


@pytest.mark.parametrize(
    ("earlier", "recent", "warned"),
    [
        (made(), made(), []),
        (made(), made(kappa=0.69), ["low_agreement", "falling_agreement"]),
        (made(kappa=0.69), made(kappa=0.69), ["low_agreement"]),
        (made(kappa=0.9), made(kappa=0.75), ["falling_agreement"]),
        (made(kappa=0.9, pairs=LEAST_PAIRS - 1), made(kappa=0.75), []),
        (made(), made(shift=0.2), ["milder"]),
        (made(), made(shift=-0.2), ["harsher"]),
        (made(), made(kappa=0.1, shift=2.0, pairs=LEAST_PAIRS - 1), []),
        (made(kappa=None), made(kappa=None, shift=None), []),
    ],
)
def test_what_staff_are_warned_of(earlier: Calibration, recent: Calibration, warned: list[str]):
    assert drift(earlier, recent) == warned
