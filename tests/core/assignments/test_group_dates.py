"""A group's dates against those of its members, at random."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from lms.assignments.dates import of_group, window

FIRST = datetime(2026, 9, 1, 12, tzinfo=UTC)


def somewhen(chance: random.Random, least: int, most: int) -> datetime | None:
    return None if chance.random() < 0.2 else FIRST + timedelta(hours=chance.randint(least, most))


def learner(chance: random.Random) -> dict[str, Any]:
    accommodations = {"time_factor": 1.0, "extra_days": chance.choice([0, 0, 3])}
    return {"user_id": ObjectId(), "cohort_id": None, "accommodations": accommodations}


def override(chance: random.Random, member: dict[str, Any]) -> dict[str, Any]:
    fields = {"due_at": somewhen(chance, 50, 90), "closes_at": somewhen(chance, 90, 120), "attempts": None}
    named = chance.sample(sorted(fields), chance.randint(1, 3))
    return {"user_id": member["user_id"], **{name: fields[name] for name in named}}


def assignment(chance: random.Random, members: list[dict[str, Any]]) -> dict[str, Any]:
    cut_off = somewhen(chance, 80, 100)
    return {
        "opens_at": somewhen(chance, 0, 10),
        "due_at": somewhen(chance, 50, 80),
        "closes_at": somewhen(chance, 100, 120),
        "attempts": chance.choice([None, 1, 5]),
        "late_policy": chance.choice([None, {"cut_off_at": cut_off}]),
        "overrides": [override(chance, each) for each in members if chance.random() < 0.5],
    }


def not_before(later: datetime | None, earlier: datetime | None) -> bool:
    return later is None or (earlier is not None and later >= earlier)


def test_no_member_loses_time_in_a_group_and_no_order_matters():
    chance = random.Random(5)
    for _ in range(300):
        members = [learner(chance) for _ in range(chance.randint(1, 4))]
        work = assignment(chance, members)
        together = of_group(work, members, "Europe/Vienna")
        alone = [window(work, each, "Europe/Vienna") for each in members]
        for each in alone:
            assert not_before(together.due_at, each.due_at)
            assert not_before(together.closes_at, each.closes_at)
            assert not_before(each.opens_at, together.opens_at) or together.opens_at is None
            assert together.attempts is None or (each.attempts is not None and together.attempts >= each.attempts)
        for name in ("opens_at", "due_at", "closes_at", "attempts"):
            assert getattr(together, name) in [getattr(each, name) for each in alone]
        chance.shuffle(members)
        assert of_group(work, members, "Europe/Vienna") == together


def test_alone_a_learner_has_the_own_dates():
    chance = random.Random(6)
    member = learner(chance)
    for _ in range(50):
        work = assignment(chance, [member])
        assert of_group(work, [member], "UTC") == window(work, member, "UTC")
