"""An attempt's questions: each once, the pools' by lot, and never fewer than the quiz says."""

from collections import Counter
from random import Random

import pytest
from bson import ObjectId

from lms.attempts.drawing import Drawn, draw
from lms.errors import Conflict, Invalid

IDS = [ObjectId() for _ in range(12)]
POOLS = {"easy": IDS[:6], "hard": IDS[6:10]}


def fixed(index: int, **rest: object) -> dict[str, object]:
    return {"kind": "question", "question_id": IDS[index], **rest}


def from_pool(pool: str, count: int, **rest: object) -> dict[str, object]:
    return {"kind": "draw", "pool": pool, "count": count, **rest}


def test_items_keep_their_order_and_their_points():
    drawn = draw([fixed(11, points=3), from_pool("hard", 2, points=5), fixed(10)], POOLS, Random(1))
    assert drawn[0] == Drawn(IDS[11], 3)
    assert drawn[3] == Drawn(IDS[10], None)
    assert [each.points for each in drawn[1:3]] == [5, 5]
    assert {each.question_id for each in drawn[1:3]} <= set(POOLS["hard"])


def test_no_question_twice_whatever_is_fixed_and_drawn():
    rng = Random(2)
    items = [from_pool("easy", 2), fixed(0), from_pool("hard", 3), from_pool("easy", 3), fixed(7)]
    for _ in range(300):
        drawn = draw(items, POOLS, rng, shuffle=rng.random() < 0.5)
        ids = [each.question_id for each in drawn]
        assert len(ids) == len(set(ids)) == 10
        assert {IDS[0], IDS[7]} <= set(ids)


def test_each_question_of_a_pool_is_drawn_alike():
    rng = Random(3)
    seen = Counter(each.question_id for _ in range(6_000) for each in draw([from_pool("easy", 2)], POOLS, rng))
    assert seen.keys() == set(POOLS["easy"])
    assert all(1_850 < count < 2_150 for count in seen.values())


def test_shuffle_mixes_fixed_and_drawn():
    items = [fixed(10), fixed(11), from_pool("hard", 1)]
    rng = Random(4)
    firsts = Counter(draw(items, POOLS, rng, shuffle=True)[0].question_id for _ in range(600))
    assert firsts[IDS[10]] > 150 and firsts[IDS[11]] > 150
    assert {draw(items, POOLS, rng)[0].question_id for _ in range(50)} == {IDS[10]}


@pytest.mark.parametrize(
    ("items", "available"),
    [
        ([from_pool("hard", 5)], 4),
        ([from_pool("hard", 4), fixed(6)], 3),
        ([from_pool("hard", 3), from_pool("hard", 2)], 1),
        ([from_pool("none", 1)], 0),
    ],
)
def test_a_pool_that_cannot_fill_is_told(items, available):
    with pytest.raises(Conflict) as refused:
        draw(items, POOLS, Random(1))
    assert refused.value.code == "POOL_TOO_SMALL"
    assert refused.value.extra["available"] == available


def test_a_question_that_stands_in_a_pool_twice_counts_once():
    with pytest.raises(Conflict):
        draw([from_pool("twice", 2)], {"twice": [IDS[0], IDS[0]]}, Random(1))


def test_a_question_that_is_fixed_twice_is_refused():
    with pytest.raises(Invalid) as refused:
        draw([fixed(1), fixed(2), fixed(1)], POOLS, Random(1))
    assert refused.value.errors[0]["pointer"] == "/items/2/question_id"
