"""Effective dates, as a table: what the course says, who overrides it, who the learner is, what holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from lms.enrollment.dates import FIELDS, Learner, Window, deadline, effective, lateness

SAM, KIM = ObjectId(), ObjectId()
RED, BLUE = ObjectId(), ObjectId()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fields(**given: Any) -> dict[str, Any]:
    return {name: utc(value) if isinstance(value, str) else value for name, value in given.items()}


def cohort(cohort_id: ObjectId, **given: Any) -> dict[str, Any]:
    return {"cohort_id": cohort_id, **fields(**given)}


def person(user_id: ObjectId, **given: Any) -> dict[str, Any]:
    return {"user_id": user_id, **fields(**given)}


COURSE = {
    "opens_at": "2026-03-02 08:00",
    "due_at": "2026-03-10 12:00",
    "closes_at": "2026-03-12 12:00",
    "time_limit_minutes": 60,
    "attempts": 2,
}
PLAIN = Learner(SAM)
IN_RED = Learner(SAM, RED)

OVERRIDES: dict[str, tuple[list[dict[str, Any]], Learner, dict[str, Any]]] = {
    "nobody overrides": ([], IN_RED, {}),
    "the learner's cohort": (
        [cohort(RED, due_at="2026-03-11 12:00", attempts=3)],
        IN_RED,
        {"due_at": "2026-03-11 12:00", "attempts": 3},
    ),
    "another cohort": ([cohort(BLUE, due_at="2026-03-11 12:00")], IN_RED, {}),
    "a cohort, where the learner is in none": ([cohort(RED, due_at="2026-03-11 12:00")], PLAIN, {}),
    "another learner": ([person(KIM, due_at="2026-03-11 12:00")], IN_RED, {}),
    "learner beats cohort, whichever stands first": (
        [person(SAM, due_at="2026-03-09 12:00"), cohort(RED, due_at="2026-03-11 12:00")],
        IN_RED,
        {"due_at": "2026-03-09 12:00"},
    ),
    "field by field": (
        [
            cohort(RED, opens_at="2026-03-03 08:00", due_at="2026-03-11 12:00", time_limit_minutes=90),
            person(SAM, due_at="2026-03-09 12:00", attempts=5),
        ],
        IN_RED,
        {"opens_at": "2026-03-03 08:00", "due_at": "2026-03-09 12:00", "time_limit_minutes": 90, "attempts": 5},
    ),
    "all of it": (
        [
            person(
                SAM,
                opens_at="2026-04-02 08:00",
                due_at="2026-04-10 12:00",
                closes_at="2026-04-12 12:00",
                time_limit_minutes=30,
                attempts=1,
            )
        ],
        PLAIN,
        {
            "opens_at": "2026-04-02 08:00",
            "due_at": "2026-04-10 12:00",
            "closes_at": "2026-04-12 12:00",
            "time_limit_minutes": 30,
            "attempts": 1,
        },
    ),
    "None takes a date away": (
        [person(SAM, due_at=None, time_limit_minutes=None, attempts=None)],
        PLAIN,
        {"due_at": None, "time_limit_minutes": None, "attempts": None},
    ),
    "a learner gets back what the cohort lost": (
        [cohort(RED, closes_at=None), person(SAM, closes_at="2026-03-20 12:00")],
        IN_RED,
        {"closes_at": "2026-03-20 12:00"},
    ),
    "due after the course's closing, even after the course itself": (
        [person(SAM, due_at="2027-01-15 12:00")],
        PLAIN,
        {"due_at": "2027-01-15 12:00", "closes_at": "2027-01-15 12:00"},
    ),
    "closing before the course's due date": (
        [person(SAM, closes_at="2026-03-09 12:00")],
        PLAIN,
        {"closes_at": "2026-03-10 12:00"},
    ),
    "due without any closing": (
        [person(SAM, closes_at=None, due_at="2026-05-01 12:00")],
        PLAIN,
        {"closes_at": None, "due_at": "2026-05-01 12:00"},
    ),
}


@pytest.mark.parametrize("case", OVERRIDES)
def test_overrides(case: str):
    overrides, learner, changed = OVERRIDES[case]
    assert effective(fields(**COURSE), overrides, learner, "UTC") == Window(**fields(**{**COURSE, **changed}))


EXTRA_DAYS: dict[str, tuple[str, str, int, str]] = {
    # zone, due in UTC, days, due in UTC with them
    "none": ("Europe/Berlin", "2026-03-10 12:00", 0, "2026-03-10 12:00"),
    "one": ("UTC", "2026-03-10 12:00", 1, "2026-03-11 23:59"),
    "the most": ("UTC", "2026-03-10 12:00", 365, "2027-03-10 23:59"),
    "into February of a leap year": ("UTC", "2028-02-28 12:00", 1, "2028-02-29 23:59"),
    "from the end of a day": ("UTC", "2026-03-10 23:59", 1, "2026-03-11 23:59"),
    "west: the day there is the one before": ("America/Los_Angeles", "2026-01-11 02:00", 1, "2026-01-12 07:59"),
    "east: the day there is the one after": ("Asia/Tokyo", "2026-01-10 20:00", 1, "2026-01-12 14:59"),
    "a quarter of an hour off": ("Asia/Kathmandu", "2026-01-10 12:00", 2, "2026-01-12 18:14"),
    "over the start of summer time": ("Europe/Berlin", "2026-03-28 11:00", 1, "2026-03-29 21:59"),
    "over its end": ("Europe/Berlin", "2026-10-24 10:00", 1, "2026-10-25 22:59"),
    "over its start in the south": ("Australia/Sydney", "2026-10-03 02:00", 1, "2026-10-04 12:59"),
    "over its end in the south": ("Australia/Sydney", "2026-04-04 01:00", 1, "2026-04-05 13:59"),
    # Clocks in Nuuk go from 23:00 to 00:00 and, in autumn, from 00:00 back to 23:00 of the day before.
    "a day that has no 23:59": ("America/Nuuk", "2024-03-29 12:00", 1, "2024-03-31 01:59"),
    "a day that has two": ("America/Nuuk", "2024-10-25 12:00", 1, "2024-10-27 01:59"),
    # Samoa crossed the date line: there was no 30 December 2011.
    "a day that never was": ("Pacific/Apia", "2011-12-29 20:00", 1, "2011-12-31 09:59"),
}


@pytest.mark.parametrize("case", EXTRA_DAYS)
def test_extra_days_end_at_23_59_in_the_courses_zone(case: str):
    zone, due, days, expected = EXTRA_DAYS[case]
    learner = Learner(SAM, extra_days=days)
    window = effective(fields(due_at=due, closes_at=due), [], learner, zone)
    assert (window.due_at, window.closes_at) == (utc(expected), utc(expected))
    assert effective(fields(due_at=due), [], learner, zone).closes_at is None
    assert effective(fields(closes_at=due), [], learner, zone) == Window(None, None, utc(expected), None, None)


FACTORS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], Learner, dict[str, Any]]] = {
    "one": (COURSE, [], Learner(SAM, time_factor=1.0), {}),
    "half as long again": (
        COURSE,
        [],
        Learner(SAM, time_factor=1.5),
        {"time_limit_minutes": 90, "due_at": "2026-03-10 12:30", "closes_at": "2026-03-12 12:30"},
    ),
    "ten times": (
        COURSE,
        [],
        Learner(SAM, time_factor=10.0),
        {"time_limit_minutes": 600, "due_at": "2026-03-10 21:00", "closes_at": "2026-03-12 21:00"},
    ),
    "on top of an override's limit": (
        COURSE,
        [person(SAM, time_limit_minutes=30)],
        Learner(SAM, time_factor=2.0),
        {"time_limit_minutes": 60, "due_at": "2026-03-10 12:30", "closes_at": "2026-03-12 12:30"},
    ),
    "on top of extra days": (
        COURSE,
        [],
        Learner(SAM, time_factor=2.0, extra_days=2),
        {"time_limit_minutes": 120, "due_at": "2026-03-13 00:59", "closes_at": "2026-03-15 00:59"},
    ),
    "without a limit there is nothing to stretch": (
        {**COURSE, "time_limit_minutes": None},
        [],
        Learner(SAM, time_factor=2.0),
        {},
    ),
    "extra days on top of an override": (
        COURSE,
        [person(SAM, due_at="2026-03-20 12:00")],
        Learner(SAM, extra_days=1),
        {"due_at": "2026-03-21 23:59", "closes_at": "2026-03-21 23:59"},
    ),
}


@pytest.mark.parametrize("case", FACTORS)
def test_accommodations(case: str):
    dates, overrides, learner, changed = FACTORS[case]
    assert effective(fields(**dates), overrides, learner, "UTC") == Window(**fields(**{**dates, **changed}))


def test_a_factor_that_no_binary_fraction_holds_gives_a_plain_figure():
    window = effective(fields(time_limit_minutes=22), [], Learner(SAM, time_factor=1.1), "UTC")
    assert 22 * 1.1 != 24.2 == window.time_limit_minutes


def test_no_dates_at_all():
    window = effective({}, [], Learner(SAM, time_factor=3.0, extra_days=30), "Europe/Berlin")
    assert window == Window(None, None, None, None, None)
    assert window.is_open(utc("1999-01-01 00:00"))
    assert deadline(window, utc("2026-03-02 09:00"), 30) is None
    assert lateness(window, utc("2099-01-01 00:00")) == timedelta()


def test_an_enrollment_says_whose_dates_these_are():
    assert Learner.of({"user_id": SAM}) == Learner(SAM, None, 1.0, 0)
    assert Learner.of({"user_id": SAM, "cohort_id": None, "accommodations": None}) == PLAIN
    accommodations = {"time_factor": 1.25, "extra_days": 3}
    enrollment = {"user_id": SAM, "cohort_id": RED, "accommodations": accommodations, "status": "active"}
    assert Learner.of(enrollment) == Learner(SAM, RED, 1.25, 3)


def test_work_may_begin_from_the_opening_until_before_the_closing():
    window = effective(fields(**COURSE), [], PLAIN, "UTC")
    moments = ("2026-03-02 07:59", "2026-03-02 08:00", "2026-03-12 11:59", "2026-03-12 12:00")
    assert [window.is_open(utc(moment)) for moment in moments] == [False, True, True, False]


DEADLINES: dict[str, tuple[dict[str, Any], Learner, str, int, str | None]] = {
    # dates, learner, started, extension, deadline
    "by the limit": (COURSE, PLAIN, "2026-03-02 09:00", 0, "2026-03-02 10:00"),
    "by the closing": (COURSE, PLAIN, "2026-03-12 11:50", 0, "2026-03-12 12:00"),
    "by the closing alone": ({"closes_at": "2026-03-12 12:00"}, PLAIN, "2026-03-02 09:00", 0, "2026-03-12 12:00"),
    "by the limit alone": ({"time_limit_minutes": 45}, PLAIN, "2026-03-02 09:00", 0, "2026-03-02 09:45"),
    "a due date ends nothing": ({"due_at": "2026-03-10 12:00"}, PLAIN, "2026-03-02 09:00", 15, None),
    "an extension of the limit": (COURSE, PLAIN, "2026-03-02 09:00", 15, "2026-03-02 10:15"),
    "an extension beyond the closing": (COURSE, PLAIN, "2026-03-12 11:50", 15, "2026-03-12 12:15"),
    "all of the stretched time, begun when others could still have had theirs": (
        COURSE,
        Learner(SAM, time_factor=2.5),
        "2026-03-12 11:00",
        0,
        "2026-03-12 13:30",
    ),
    "as much later as others would be cut off": (
        COURSE,
        Learner(SAM, time_factor=2.0),
        "2026-03-12 11:50",
        0,
        "2026-03-12 13:00",
    ),
    "both, extended": (COURSE, Learner(SAM, time_factor=2.0), "2026-03-12 11:50", 10, "2026-03-12 13:10"),
}


@pytest.mark.parametrize("case", DEADLINES)
def test_deadlines(case: str):
    dates, learner, started, extension, expected = DEADLINES[case]
    window = effective(fields(**dates), [], learner, "UTC")
    assert deadline(window, utc(started), extension) == (expected and utc(expected))


def test_a_time_limit_runs_on_when_clocks_change():
    """At 01:00 UTC Berlin's clocks jump from 02:00 to 03:00: an hour stays an hour."""
    window = effective(fields(time_limit_minutes=60), [], PLAIN, "Europe/Berlin")
    assert deadline(window, utc("2026-03-29 00:30")) == utc("2026-03-29 01:30")


LATENESS: dict[str, tuple[Learner, str, int, int]] = {
    # learner, submitted, extension, minutes late
    "in time": (PLAIN, "2026-03-10 11:00", 0, 0),
    "on the minute": (PLAIN, "2026-03-10 12:00", 0, 0),
    "late": (PLAIN, "2026-03-10 12:07", 0, 7),
    "late, but for an extension": (PLAIN, "2026-03-10 12:07", 10, 0),
    "late by more than an extension": (PLAIN, "2026-03-10 12:07", 5, 2),
    "with extra days": (Learner(SAM, extra_days=1), "2026-03-11 23:59", 0, 0),
    "after extra days": (Learner(SAM, extra_days=1), "2026-03-12 00:00", 0, 1),
    "with one's longer time, begun when others would have been in time": (
        Learner(SAM, time_factor=2.0),
        "2026-03-10 13:00",
        0,
        0,
    ),
}


@pytest.mark.parametrize("case", LATENESS)
def test_lateness(case: str):
    learner, submitted, extension, minutes = LATENESS[case]
    window = effective(fields(**COURSE), [], learner, "UTC")
    assert lateness(window, utc(submitted), extension) == timedelta(minutes=minutes)


@pytest.mark.parametrize("factor", [1.0, 1.25, 1.5, 2.0, 10.0])
@pytest.mark.parametrize("days", [0, 1, 365])
@pytest.mark.parametrize("zone", ["UTC", "America/Nuuk", "Asia/Tokyo", "Pacific/Apia"])
def test_accommodations_never_take_anything(factor: float, days: int, zone: str):
    """Whenever it begins, an attempt ends no earlier for a learner with accommodations than for one without."""
    dates = fields(**COURSE)
    with_them = effective(dates, [], Learner(SAM, time_factor=factor, extra_days=days), zone)
    without = effective(dates, [], PLAIN, zone)
    for minute in range(0, 11 * 24 * 60, 37):
        started = utc("2026-03-02 08:00") + timedelta(minutes=minute)
        if without.is_open(started):
            ours, others = deadline(with_them, started), deadline(without, started)
            assert with_them.is_open(started) and ours is not None and others is not None
            assert ours - started >= (others - started) * (1 if others == without.closes_at else factor)
            assert lateness(with_them, ours) <= lateness(without, others)


def test_the_fields_are_those_of_a_window():
    assert set(FIELDS) == set(Window._fields)
