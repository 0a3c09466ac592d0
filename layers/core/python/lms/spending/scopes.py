"""Whose spending a call counts in, and in which month: the platform's, its person's and its course's, each by
calendar month in UTC."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bson import ObjectId

PLATFORM = "platform"


class Payer(NamedTuple):
    """Who has a model asked, and for which course; None: for none yet."""

    user_id: ObjectId
    course_id: ObjectId | None = None

    @property
    def scopes(self) -> list[str]:
        return [PLATFORM, of_user(self.user_id), *([of_course(self.course_id)] if self.course_id else [])]


def of_user(user_id: ObjectId) -> str:
    return f"user:{user_id}"


def of_course(course_id: ObjectId) -> str:
    return f"course:{course_id}"


def month_of(moment: datetime) -> str:
    """E.g. ``2026-11``."""
    return moment.astimezone(UTC).strftime("%Y-%m")


def bounds(month: str) -> tuple[datetime, datetime]:
    """When the month begins, and when the next one does."""
    begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return begin, (begin + timedelta(days=31)).replace(day=1)
