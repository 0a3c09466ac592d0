"""How far a learner, and a course's learners, have come, in figures."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bson import ObjectId

from lms import clock
from lms.courses.access import CourseAccess
from lms.figures import Figure, mean, percent
from lms.progress import overview, repository
from lms.progress.completion import rows

IDLE_AFTER = timedelta(days=14)


def of_learner(access: CourseAccess, user_id: ObjectId) -> list[Figure]:
    """``access`` has the outline. Raise 404 for one whom the caller does not see."""
    found = overview.of_learner(access, user_id)
    lessons, completed = found["lesson_count"], found["completed_count"]
    started = [row for row in found["lessons"] if row["status"] != "not_started"]
    minutes = round(sum(row["seconds"] for row in started) / 60)
    figures = [
        Figure("progress.percent", "Share of the course completed", found["percent"], "percent", lessons),
        Figure("progress.completed", "Lessons completed", completed, "lessons", lessons),
        Figure("progress.started", "Lessons started", len(started), "lessons", lessons),
    ]
    if minutes:
        figures.append(Figure("progress.minutes", "Time spent on lessons", minutes, "minutes", len(started)))
    if found["active_at"]:
        days = max(0, (clock.now() - found["active_at"]).days)
        figures.append(Figure("progress.idle_days", "Days since the last activity", days, "days", 1))
    return figures


def of_learners(access: CourseAccess, user_ids: Sequence[ObjectId]) -> list[Figure]:
    """Of these learners together. ``access`` has the outline."""
    count = len(user_ids)
    figures = [Figure("learners.active", "Learners in the course", count, "learners", count)]
    lessons = rows(access.course)
    if not count or not lessons:
        return figures
    states = repository.states(access.course_id, user_ids)
    done = [set(states.get(user_id, {}).get("completed", ())) for user_id in user_ids]
    shares = [float(overview.share(sum(str(row["_id"]) in own for row in lessons), len(lessons))) for own in done]
    begun = [state for state in states.values() if state.get("completed") or state.get("seconds")]
    finished = sum(1 for state in states.values() if state.get("completion"))
    idle = sum(1 for state in begun if _is_idle(state))
    return [
        *figures,
        Figure(
            "learners.mean_percent", "Share of the course completed, on average", mean(shares), "percent", count
        ),
        Figure("learners.finished", "Learners who have completed the course", finished, "learners", count),
        Figure("learners.not_started", "Learners who have not begun", count - len(begun), "learners", count),
        *(
            [Figure("learners.idle", "Learners idle for 14 days or more", idle, "learners", len(begun))]
            if idle
            else []
        ),
        *_least_completed(lessons, done),
    ]


def _is_idle(state: Mapping[str, Any]) -> bool:
    seen = state.get("active_at")
    return seen is not None and clock.now() - seen >= IDLE_AFTER


def _least_completed(lessons: Sequence[Mapping[str, Any]], done: Sequence[set[str]]) -> list[Figure]:
    """The lesson that fewest have completed, where lessons differ."""
    counts = {str(row["_id"]): sum(str(row["_id"]) in own for own in done) for row in lessons}
    least = min(lessons, key=lambda row: counts[str(row["_id"])])
    if len(set(counts.values())) == 1:
        return []
    share = percent(counts[str(least["_id"])], len(done))
    name = "Share of learners who have completed the lesson that fewest have"
    return [Figure("lessons.least_completed", name, share, "percent", len(done), least["title"])]
