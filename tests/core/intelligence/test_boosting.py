import math

import pytest

from lms.intelligence.boosting import Boosted

STORED = {
    "features": ["meaning", "overlap"],
    "labels": ["correct", "incorrect"],
    "start": [0.0, 1.0],
    "trees": [[[0, 0.5, 1, 2], [-1.0], [1, 0.25, 3, 4], [0.5], [2.0]], [[0.0]]],
}


@pytest.mark.parametrize(("meaning", "overlap", "expected"), [(0.5, 1, -1.0), (0.51, 0.25, 0.5), (0.51, 0.26, 2.0)])
def test_values_up_to_a_threshold_go_left(meaning: float, overlap: float, expected: float):
    found = Boosted.of(STORED).probabilities({"overlap": overlap, "meaning": meaning})
    assert found["correct"] == pytest.approx(math.exp(expected) / (math.exp(expected) + math.e))
    assert sum(found.values()) == pytest.approx(1)


def test_large_sums_are_as_sure_as_can_be():
    found = Boosted.of({**STORED, "start": [0.0, 1_000.0]}).probabilities({"overlap": 1, "meaning": 1})
    assert (found["correct"], found["incorrect"]) == (0, 1)
