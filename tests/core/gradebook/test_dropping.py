"""The drops that the search finds are those that trying every set finds."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from lms.gradebook.dropping import Drops, Entry, dropped


def entries(*scores: tuple[int, int]) -> list[Entry]:
    return [Entry(f"i{number:03}", *score) for number, score in enumerate(scores)]


def ratio(kept: Iterable[Entry], earned: int, possible: int) -> Fraction:
    kept = list(kept)
    return Fraction(earned + sum(each.earned for each in kept), possible + sum(each.possible for each in kept))


def without(scores: Sequence[Entry], *gone: Entry) -> list[Entry]:
    return [each for each in scores if each not in gone]


def best_ratio(scores: list[Entry], lowest: int, highest: int, earned: int, possible: int) -> Fraction:
    """The highest ratio that dropping up to ``lowest`` can secure, whichever ``highest`` are then dropped."""
    spare = len(scores) - (not possible)
    lowest = min(lowest, spare)
    highest = min(highest, spare - lowest)
    bottoms = (bottom for count in range(lowest + 1) for bottom in combinations(scores, count))
    return max(
        min(
            ratio(without(scores, *bottom, *top), earned, possible)
            for top in combinations(without(scores, *bottom), highest)
        )
        for bottom in bottoms
    )


def test_the_search_finds_what_trying_all_sets_finds():
    rng = Random(11)
    seen = set()
    for _ in range(1500):
        most = rng.choice([1, 5, 20, 1000])
        scores = entries(*((rng.randint(0, most), rng.randint(1, most)) for _ in range(rng.randint(1, 6))))
        lowest, highest = rng.randint(0, 3), rng.choice([0, 0, 1, 2])
        earned, possible = rng.choice([(0, 0), (rng.randint(0, 9), 0), (rng.randint(0, 9), rng.randint(1, 9))])
        found = dropped(scores, lowest, highest, earned=earned, possible=possible)
        gone = [each for each in scores if each.id in found.lowest | found.highest]
        best = best_ratio(scores, lowest, highest, earned, possible)
        assert ratio(without(scores, *gone), earned, possible) == best
        assert len(found.lowest) <= lowest and not found.lowest & found.highest
        seen.add((len(found.lowest), len(found.highest)))
    assert {(3, 0), (0, 2), (2, 2)} <= seen


def test_hundreds_of_scores_take_a_moment():
    """Trying all would take more sets than there are atoms."""
    rng = Random(12)
    scores = entries(*((rng.randint(0, 10**6), rng.randint(1, 10**6)) for _ in range(500)))
    found = dropped(scores, 100, 50)
    assert (len(found.lowest), len(found.highest)) == (100, 50)


@pytest.mark.parametrize(
    ("scores", "lowest", "highest", "gone"),
    [
        # Kane and Kane's Beth: the worst by points and by percent stays.
        ([(80, 100), (20, 100), (1, 20)], 1, 0, ({"i001"}, set())),
        ([(100, 100), (42, 91), (14, 55), (3, 38)], 1, 0, ({"i003"}, set())),
        ([(100, 100), (42, 91), (14, 55), (3, 38)], 2, 0, ({"i001", "i002"}, set())),
        ([(5, 10), (5, 10), (5, 10)], 1, 1, ({"i000"}, {"i002"})),
        ([(1, 10), (9, 10)], 5, 5, ({"i000"}, set())),
        ([(1, 10), (9, 10)], 0, 5, (set(), {"i001"})),
        ([(0, 10)], 1, 1, (set(), set())),
        ([], 1, 1, (set(), set())),
    ],
)
def test_drops(scores: list[tuple[int, int]], lowest: int, highest: int, gone: tuple[set[str], set[str]]):
    assert dropped(entries(*scores), lowest, highest) == Drops(*map(frozenset, gone))
