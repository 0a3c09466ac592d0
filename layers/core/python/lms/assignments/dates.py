"""A learner's dates of an assignment, and a group's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lms.attempts.window import of as window
from lms.enrollment.dates import Window

__all__ = ["Window", "of_group", "window"]


def of_group(assignment: Mapping[str, Any], enrollments: Sequence[Mapping[str, Any]], zone: str) -> Window:
    """Of those who hand in together: the earliest opening, the latest due date and closing, the most attempts.

    ``enrollments`` are the members', at least one; alone, a learner has the dates of ``window``.
    """
    windows = [window(assignment, each, zone) for each in enrollments]
    openings = [each.opens_at for each in windows]
    attempts = [each.attempts for each in windows]
    return Window(
        opens_at=None if None in openings else min(filter(None, openings)),
        due_at=_latest([each.due_at for each in windows]),
        closes_at=_latest([each.closes_at for each in windows]),
        time_limit_minutes=None,
        attempts=None if None in attempts else max(filter(None, attempts)),
    )


def _latest(moments: Sequence[datetime | None]) -> datetime | None:
    """None, which is no such date, comes after all others."""
    return None if None in moments else max(filter(None, moments))
