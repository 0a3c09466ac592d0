"""What graded answers say about another one, by hand."""

import numpy as np
import pytest

from lms.intelligence import precedents
from lms.intelligence.precedents import LABELS, NAMES, nearness


def test_ridges_shares_and_the_nearest_of_each_label():
    near = np.array([[0.9, 0.5, 0.2, 0.4]] * 3)
    among = np.stack([np.eye(4)] * 3)
    labels = [LABELS[0], LABELS[0], LABELS[1], LABELS[2]]
    found = dict(zip(NAMES, precedents.measured(near, among, labels), strict=True))
    votes = 0.81 + 0.25 + 0.04 + 0.16
    expected = {
        # Those graded are unlike each other: each pulls by its own nearness, damped by the ridge of 0.3.
        "ridge": 0.5 + (0.9 + 0.5 - 0.2 - 0.4) * 0.5 / 1.3,
        "ridge_contradictory": 0.25 + (0.4 * 0.75 - (0.9 + 0.5 + 0.2) * 0.25) / 1.3,
        "nearest_correct": 0.9,
        "three_correct": 0.7,
        "nearest_incorrect": 0.2,
        "three_incorrect": 0.2,
        "nearest_contradictory": 0.4,
        "lead": 0.5,
        "five_correct": (0.81 + 0.25) / votes,
        "five_contradictory": 0.16 / votes,
    }
    for kind in ("near", "meaning", "worded"):
        assert {name: found[f"{kind}_{name}"] for name in expected} == pytest.approx(expected)
    assert (found["share_correct"], found["share_contradictory"]) == (0.5, 0.25)


def test_of_a_label_that_nobody_gave_nothing_is_near():
    found = dict(
        zip(NAMES, precedents.measured(np.full((3, 1), 0.5), np.ones((3, 1, 1)), ["correct"]), strict=True)
    )
    assert (found["near_nearest_contradictory"], found["near_lead"], found["near_five_correct"]) == (0, 0.5, 1)


def test_only_the_nearest_count_among_many():
    near = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]] * 3)
    labels = [*[LABELS[1]] * 2, *[LABELS[0]] * 5]
    found = dict(zip(NAMES, precedents.measured(near, np.stack([np.eye(7)] * 3), labels), strict=True))
    assert found["near_five_correct"] == pytest.approx(1)
    assert found["near_three_correct"] == pytest.approx(0.6)


def test_nearness_is_of_meaning_and_of_words_together():
    texts = ["Leaves are green.", "leaves are GREEN", "Water flows down.", "The leaf is green."]
    together, meaning, said = nearness(texts, texts)
    assert together == pytest.approx(0.4 * meaning + 0.6 * said)
    assert together.diagonal() == pytest.approx(1, abs=1e-5)
    assert said[0, 1] == pytest.approx(1, abs=1e-5) and said[0, 3] > said[0, 2]


def test_a_small_word_in_common_is_less_than_a_word_of_the_matter():
    _, _, said = nearness(["the fox"], ["the cat", "dog fox"])
    assert said[0, 0] < said[0, 1] - 0.1
