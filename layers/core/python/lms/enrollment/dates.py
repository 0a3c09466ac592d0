"""A learner's effective dates of a quiz or an assignment: the one function that everything asks.

A piece of work has ``opens_at``, ``due_at``, ``closes_at`` (aware UTC), ``time_limit_minutes`` and ``attempts``;
None, or a field left out, means that there is no such date or limit. An override has any of the same fields beside
the ``cohort_id`` or the ``user_id`` that it is for. There a field left out is inherited, while None takes the date
or the limit away. Learner beats cohort beats course, field by field.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from bson import ObjectId

FIELDS = ("opens_at", "due_at", "closes_at", "time_limit_minutes", "attempts")

_IN_ORDER = ("opens_at", "due_at", "closes_at")
_LAST_MINUTE = time(23, 59)


class Learner(NamedTuple):
    """Whose dates are asked for. ``time_factor`` is 1.0 to 10.0, ``extra_days`` 0 to 365."""

    user_id: ObjectId
    cohort_id: ObjectId | None = None
    time_factor: float = 1.0
    extra_days: int = 0

    @classmethod
    def of(cls, enrollment: Mapping[str, Any]) -> Self:
        """From an enrollment: its ``user_id`` and, where it has them, ``cohort_id`` and ``accommodations``."""
        return cls(enrollment["user_id"], enrollment.get("cohort_id"), **(enrollment.get("accommodations") or {}))


class Window(NamedTuple):
    """When a learner may work, and how long; None where there is no such date or limit."""

    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    time_limit_minutes: float | None
    attempts: int | None

    def is_open(self, moment: datetime) -> bool:
        """Whether work may begin at ``moment``: from the opening on, and before the closing."""
        begun = self.opens_at is None or self.opens_at <= moment
        return begun and (self.closes_at is None or moment < self.closes_at)


def effective(
    dates: Mapping[str, Any], overrides: Iterable[Mapping[str, Any]], learner: Learner, zone: str
) -> Window:
    """The dates that hold for ``learner`` in a course whose time zone is ``zone`` (IANA).

    Extra days move the due date and the closing to the end of a later calendar day. The closing is never before
    the due date. A time factor stretches the time limit, and the due date and the closing by as much as the limit
    grows: whoever starts when the others could still finish has their whole time, and is not late for using it.
    """
    fields = _overridden(dates, overrides, learner)
    limit = fields["time_limit_minutes"]
    stretched = None if limit is None else round(limit * learner.time_factor, 3)
    growth = timedelta(minutes=stretched - limit if stretched is not None else 0)
    due = _later(fields["due_at"], learner.extra_days, zone)
    closing = _later(fields["closes_at"], learner.extra_days, zone)
    if due and closing:
        closing = max(closing, due)
    return Window(
        opens_at=fields["opens_at"],
        due_at=due and due + growth,
        closes_at=closing and closing + growth,
        time_limit_minutes=stretched,
        attempts=fields["attempts"],
    )


def deadline(window: Window, started_at: datetime, extension_minutes: float = 0) -> datetime | None:
    """When an attempt that began at ``started_at`` ends, None where nothing ends it.

    The time limit ends it, or the closing where that comes first. An extension, which staff give to a running
    attempt, is added to either.
    """
    ends = [] if window.closes_at is None else [window.closes_at]
    if window.time_limit_minutes is not None:
        ends.append(started_at + timedelta(minutes=window.time_limit_minutes))
    return min(ends) + timedelta(minutes=extension_minutes) if ends else None


def lateness(window: Window, submitted_at: datetime, extension_minutes: float = 0) -> timedelta:
    """How long after the due date with its extension; zero where it is in time or nothing is due."""
    if window.due_at is None:
        return timedelta()
    return max(timedelta(), submitted_at - window.due_at - timedelta(minutes=extension_minutes))


def unordered(dates: Mapping[str, Any], place: str = "") -> list[dict[str, str]]:
    """An error for each date of a piece of work or an override that comes before one that it must follow."""
    given = [name for name in _IN_ORDER if dates.get(name)]
    errors = [
        {"pointer": f"{place}/{later}", "message": f"comes before {earlier}"}
        for earlier, later in pairwise(given)
        if dates[later] < dates[earlier]
    ]
    late = dates.get("late_policy") or {}
    if late.get("cut_off_at") and dates.get("due_at") and late["cut_off_at"] < dates["due_at"]:
        errors.append({"pointer": f"{place}/late_policy/cut_off_at", "message": "comes before due_at"})
    return errors


def _overridden(
    dates: Mapping[str, Any], overrides: Iterable[Mapping[str, Any]], learner: Learner
) -> dict[str, Any]:
    rows = list(overrides)
    cohort = [row for row in rows if learner.cohort_id and row.get("cohort_id") == learner.cohort_id]
    personal = [row for row in rows if row.get("user_id") == learner.user_id]
    fields: dict[str, Any] = dict.fromkeys(FIELDS)
    for layer in (dates, *cohort, *personal):
        fields |= {name: layer[name] for name in FIELDS if name in layer}
    return fields


def _later(moment: datetime | None, days: int, zone: str) -> datetime | None:
    """The last minute of the day that comes ``days`` after that of ``moment`` in ``zone``; as it is for no days."""
    if moment is None or not days:
        return moment
    there = ZoneInfo(zone)
    return _end_of(moment.astimezone(there).date() + timedelta(days=days), there)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    """23:59 on ``day``, in UTC. Where clocks go back over it, it comes twice, and the later counts. Where they go
    forward over it, it never comes, and the clock is read as if nobody had moved it: later than the day ends."""
    readings = (datetime.combine(day, _LAST_MINUTE, zone).replace(fold=fold) for fold in (0, 1))
    return max(reading.astimezone(UTC) for reading in readings)
