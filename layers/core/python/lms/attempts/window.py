"""When a learner may take a quiz, until when an attempt runs, and what coming late costs."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lms.enrollment import dates
from lms.errors import Conflict
from lms.fields import rfc3339
from lms.mongo import Document

GRACE = timedelta(seconds=30)
"""After the deadline, for what is on its way."""

_PERIODS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


def of(quiz: Mapping[str, Any], enrollment: Mapping[str, Any], zone: str) -> dates.Window:
    """The learner's own; from the late policy's cut-off on nothing is taken, as from a closing."""
    cut_off = (quiz["late_policy"] or {}).get("cut_off_at")
    closing = min((each for each in (quiz["closes_at"], cut_off) if each), default=None)
    learner = dates.Learner.of(enrollment)
    return dates.effective({**quiz, "closes_at": closing}, quiz["overrides"], learner, zone)


def require_open(window: dates.Window, now: datetime) -> None:
    """Raise 409 QUIZ_NOT_OPEN, with the date, or QUIZ_CLOSED."""
    if window.opens_at and now < window.opens_at:
        opens_at = rfc3339(window.opens_at)
        raise Conflict("The quiz has not opened yet", code="QUIZ_NOT_OPEN", opens_at=opens_at)
    if not window.is_open(now):
        raise Conflict("The quiz is closed", code="QUIZ_CLOSED")


def fields(window: dates.Window, started_at: datetime, extension_minutes: float) -> Document:
    """What an attempt keeps of its dates: when it ends for the learner, when for what still arrives, from when on
    it is late, and when its quiz is over for this learner."""
    deadline = dates.deadline(window, started_at, extension_minutes)
    extension = timedelta(minutes=extension_minutes)
    return {
        "deadline_at": deadline,
        "ends_at": deadline + GRACE if deadline else None,
        "due_at": window.due_at + extension if window.due_at else None,
        "closes_at": window.closes_at + extension if window.closes_at else None,
    }


def late_seconds(attempt: Mapping[str, Any], submitted_at: datetime) -> int:
    """How long after its due date the attempt is handed in; 0 in time."""
    due_at = attempt["due_at"]
    return max(0, math.ceil((submitted_at - due_at).total_seconds())) if due_at else 0


def penalty(policy: Mapping[str, Any] | None, late: int, raw: float, possible: float) -> float:
    """The points that an attempt loses for being ``late`` by so many seconds.

    Each started day or hour beyond the grace costs ``percent`` of the points possible, as in Canvas. It brings
    nobody below ``floor`` percent of them, and takes nothing from who is there already.
    """
    if policy is None or late <= policy["grace_minutes"] * 60:
        return 0.0
    periods = math.ceil(late / _PERIODS[policy["per"]].total_seconds())
    lost: float = possible * policy["percent"] / 100 * periods
    least: float = possible * policy["floor"] / 100
    return max(0.0, min(lost, raw - least))
