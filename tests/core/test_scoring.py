"""What a rubric's criteria give, and what an assignment gives for that."""

from typing import Any

import pytest
from bson import ObjectId

from lms.errors import Invalid
from lms.grades import penalties, scoring
from lms.grades.models.criteria import GivenCriterion

LEVELS = [{"id": ObjectId(), "points": points} for points in (4, 2.5, 1)]
CRITERION: dict[str, Any] = {"id": ObjectId(), "title": "Argument", "levels": LEVELS}


def scored(ranged: bool, level: int | None, points: float | None) -> tuple[Any, float]:
    """The place of the level and the points that are kept."""
    level_id = None if level is None else str(LEVELS[level]["id"])
    given = GivenCriterion(criterion_id=str(CRITERION["id"]), level_id=level_id, points=points)
    [found] = scoring.criteria([given], {"criteria": [{**CRITERION, "ranged": ranged}]})
    places = [each["id"] for each in LEVELS]
    return (places.index(found["level_id"]) if found["level_id"] else None), found["points"]


@pytest.mark.parametrize(
    ("ranged", "level", "points", "kept"),
    [
        (False, 1, None, (1, 2.5)),
        (False, None, 1, (2, 1)),
        (False, 0, 4, (0, 4)),
        (True, None, 3, (None, 3)),
        (True, None, 1, (2, 1)),
        (True, 0, 3, (0, 3)),
        (True, 2, 4, (2, 4)),
    ],
)
def test_a_level_or_points_are_kept_as_they_were_given(
    ranged: bool, level: int | None, points: float | None, kept: tuple[Any, float]
):
    assert scored(ranged, level, points) == kept


@pytest.mark.parametrize(
    ("ranged", "level", "points"),
    [(False, None, 3), (False, 0, 2.5), (False, 0, 3), (True, None, 0.5), (True, None, 4.5), (True, 0, 0.5)],
)
def test_points_that_a_criterion_does_not_give_are_refused(ranged: bool, level: int | None, points: float):
    with pytest.raises(Invalid) as refused:
        scored(ranged, level, points)
    assert [each["pointer"] for each in refused.value.errors] == ["/criteria/0/points"]


@pytest.mark.parametrize(
    ("given", "most", "possible", "points"),
    [([1], 3, 1, 0.3333), ([0.1, 0.2], 0.3, 7, 7), ([0.5], 1, 0.0001, 0.0001), ([0], 5, 100, 0)],
)
def test_points_in_proportion_are_rounded_once_and_halves_up(
    given: list[float], most: float, possible: float, points: float
):
    assert scoring.in_proportion([{"points": each} for each in given], most, possible) == points


def test_a_penalty_leaves_no_binary_fraction():
    policy = {"percent": 10, "per": "hour"}
    whole = {"grace_minutes": 0, "floor": 0, "cut_off_days": None}
    found = penalties.scored({"points": 1, "late_policy": {**whole, **policy}}, 0.3, 60)
    assert (found["penalty"], found["score"]) == (0.1, 0.2)
