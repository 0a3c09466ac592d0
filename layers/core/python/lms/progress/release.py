"""Whether a lesson is open to a learner, and if not, why, what is missing and when it opens: decided here alone."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bson import ObjectId

from lms.errors import Forbidden
from lms.fields import rfc3339
from lms.mongo import Document
from lms.progress.reasons import Reason

_TIMES = frozenset({"course_start", "date", "days_after_enrollment"})


class Learner(NamedTuple):
    """Who asks, with what they have done, in which course, and at what moment.

    ``titles`` of the course's lessons, by id, word the reasons; without them they say less.
    """

    course: Mapping[str, Any]
    enrollment: Mapping[str, Any]
    progress: Mapping[str, Any]
    now: datetime
    titles: Mapping[ObjectId, str] = {}


class Lock(NamedTuple):
    """``opens_at`` is None where more than time is missing. ``missing`` holds the conditions that do not hold, with
    what ``Missing`` shows of them."""

    reason: Reason
    detail: str
    opens_at: datetime | None
    missing: list[Document]

    def refusal(self) -> Forbidden:
        """403 LESSON_LOCKED."""
        # Here, since only a refusal needs models.
        from lms.progress.models import Missing

        missing = [Missing.model_validate(each).model_dump(mode="json", exclude_none=True) for each in self.missing]
        opens_at = rfc3339(self.opens_at) if self.opens_at else None
        return Forbidden(self.detail, code="LESSON_LOCKED", reason=self.reason, opens_at=opens_at, missing=missing)


def lock(release: Mapping[str, Any] | None, learner: Learner) -> Lock | None:
    """None where the lesson is open to the learner.

    No lesson opens before its course starts. From then on its own rule decides; None opens it to all.
    """
    own = _own_lock(release, learner) if release else None
    starts_at = learner.course.get("starts_at")
    if starts_at is None or starts_at <= learner.now:
        return own
    start = {"kind": "course_start", "at": starts_at}
    waits = own is None or own.opens_at is not None
    return Lock(
        Reason.COURSE_NOT_STARTED,
        f"The course starts on {_date(starts_at, learner)}",
        max(starts_at, own.opens_at) if own and own.opens_at else starts_at if waits else None,
        [start, *(own.missing if own else ())],
    )


def _own_lock(release: Mapping[str, Any], learner: Learner) -> Lock | None:
    conditions = release["conditions"]
    missing = [unmet for condition in conditions if (unmet := _unmet(condition, learner))]
    every = release["match"] == "all"
    if not missing or (not every and len(missing) < len(conditions)):
        return None
    opens_at = _opens_at(missing, every)
    return Lock(_reason(missing), _detail(missing, learner, every, opens_at), opens_at, missing)


def _opens_at(missing: Sequence[Mapping[str, Any]], every: bool) -> datetime | None:
    times = [each["at"] for each in missing if each["kind"] in _TIMES]
    if not every:
        return min(times, default=None)
    return max(times) if len(times) == len(missing) else None


def _unmet(condition: Mapping[str, Any], learner: Learner) -> Document | None:
    """The condition with what is known about it, None where it holds."""
    match condition["kind"]:
        case "date":
            return _later(condition, condition["at"], learner)
        case "days_after_enrollment":
            return _later(condition, _days_after_enrollment(condition["days"], learner), learner)
        case "lesson_completed":
            lesson_id = condition["lesson_id"]
            done = str(lesson_id) in learner.progress.get("completed", ())
            return None if done else {**condition, "title": learner.titles.get(lesson_id)}
        case _:
            score = learner.progress.get("quiz_scores", {}).get(str(condition["quiz_id"]))
            best = score and score["percent"]
            return None if best is not None and best >= condition["percent"] else {**condition, "best": best}


def _later(condition: Mapping[str, Any], at: datetime, learner: Learner) -> Document | None:
    return None if at <= learner.now else {"kind": condition["kind"], "at": at}


def _days_after_enrollment(days: int, learner: Learner) -> datetime:
    """The same time of day in the course's zone, whatever clocks do in between."""
    there = ZoneInfo(learner.course["time_zone"])
    enrolled: datetime = learner.enrollment["enrolled_at"].astimezone(there)
    return (enrolled + timedelta(days=days)).astimezone(UTC)


_REASONS = {
    "date": Reason.OPENS_LATER,
    "days_after_enrollment": Reason.OPENS_LATER,
    "lesson_completed": Reason.LESSON_NOT_COMPLETED,
    "quiz_score": Reason.SCORE_NOT_REACHED,
}


def _reason(missing: Sequence[Mapping[str, Any]]) -> Reason:
    reasons = {_REASONS[each["kind"]] for each in missing}
    return reasons.pop() if len(reasons) == 1 else Reason.CONDITIONS_NOT_MET


def _detail(missing: Sequence[Mapping[str, Any]], learner: Learner, every: bool, opens_at: datetime | None) -> str:
    if opens_at and all(each["kind"] in _TIMES for each in missing):
        return f"Opens on {_date(opens_at, learner)}"
    steps = (" and " if every else " or ").join(_step(each, learner) for each in missing)
    return f"{steps[0].upper()}{steps[1:]}"


def _step(unmet: Mapping[str, Any], learner: Learner) -> str:
    match unmet["kind"]:
        case "lesson_completed":
            return f"complete “{unmet['title']}”" if unmet["title"] else "complete another lesson"
        case "quiz_score":
            return f"score at least {unmet['percent']:g} % in the quiz"
        case _:
            return f"wait until {_date(unmet['at'], learner)}"


def _date(moment: datetime, learner: Learner) -> str:
    """In the course's zone, e.g. ``1 March 2030, 09:00 (Europe/Berlin)``."""
    zone = learner.course["time_zone"]
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B %Y, %H:%M} ({zone})"
