"""Which questions an attempt holds: the quiz's fixed ones, and those drawn from pools."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from bson import ObjectId

from lms.errors import Conflict, Invalid


class Drawn(NamedTuple):
    """``points`` is None where the quiz leaves them to the question."""

    question_id: ObjectId
    points: float | None


def draw(
    items: Sequence[Mapping[str, Any]],
    pools: Mapping[str, Sequence[ObjectId]],
    rng: Random,
    *,
    shuffle: bool = False,
) -> list[Drawn]:
    """The questions of a new attempt, each once, in the order of ``items`` unless shuffled.

    An item is ``{"kind": "question", "question_id", "points"?}`` or ``{"kind": "draw", "pool", "count",
    "points"?}``. What is fixed anywhere in the quiz is never drawn; each draw is uniform over what the draws before
    it left.

    Raise 409 POOL_TOO_SMALL where a pool does not hold enough, 422 where a fixed question stands twice.
    """
    fixed = _fixed(items)
    drawn: list[Drawn] = []
    for item in items:
        points = item.get("points")
        if item["kind"] == "question":
            drawn.append(Drawn(item["question_id"], points))
        else:
            taken = fixed | {each.question_id for each in drawn}
            drawn += [Drawn(id, points) for id in _sample(item, pools, taken, rng)]
    if shuffle:
        rng.shuffle(drawn)
    return drawn


def _fixed(items: Sequence[Mapping[str, Any]]) -> set[ObjectId]:
    found: set[ObjectId] = set()
    for index, item in enumerate(items):
        if item["kind"] != "question":
            continue
        if item["question_id"] in found:
            pointer = f"/items/{index}/question_id"
            raise Invalid(errors=[{"pointer": pointer, "message": "stands in the quiz twice"}])
        found.add(item["question_id"])
    return found


def _sample(
    item: Mapping[str, Any], pools: Mapping[str, Sequence[ObjectId]], taken: set[ObjectId], rng: Random
) -> list[ObjectId]:
    left = [id for id in dict.fromkeys(pools.get(item["pool"], ())) if id not in taken]
    if len(left) < item["count"]:
        detail = f"{item['count']} questions are to be drawn, and the pool has {len(left)} left"
        raise Conflict(detail, code="POOL_TOO_SMALL", pool=item["pool"], count=item["count"], available=len(left))
    return rng.sample(left, item["count"])
