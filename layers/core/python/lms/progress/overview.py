"""How far learners have come, derived from the outline as it is now: what was deleted does not count any more."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms import clock
from lms.courses.access import CourseAccess
from lms.enrollment import visible
from lms.mongo import Document
from lms.progress import completion, release, repository
from lms.progress.completion import Course, missing, rows
from lms.progress.release import Learner

Progress = Mapping[str, Any]


def percent_of(course: Course, progress: Progress) -> int:
    count = len(rows(course))
    return share(count - len(missing(course, progress)), count)


def share(completed: int, lessons: int) -> int:
    """In percent, rounded down, so that 100 means all; 0 of no lessons."""
    return 100 * completed // lessons if lessons else 0


def summary(course: Course, progress: Progress) -> Document:
    return {"percent": percent_of(course, progress), **milestones(progress)}


def milestones(progress: Progress) -> Document:
    """``completed_at`` and ``completed_version`` tell of the outline that was completed, maybe not today's."""
    finished = progress.get("completion") or {}
    return {
        "completed_at": finished.get("at"),
        "completed_version": finished.get("version"),
        "active_at": progress.get("active_at"),
    }


def summaries(course: Course, user_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """The ``summary`` of each of these learners, also of those who have done nothing yet: one query."""
    found = repository.states(course["_id"], user_ids)
    return {user_id: summary(course, found.get(user_id, {})) for user_id in user_ids}


def own(access: CourseAccess) -> Document:
    """The caller's own. ``access`` has the outline and their progress."""
    progress = completion.settled(access.course, access.caller.id, access.progress)
    return _of(Learner(access.course, access.enrollment or {}, progress, clock.now()), access.caller.id)


def of_learner(access: CourseAccess, user_id: ObjectId) -> Document:
    """Another's, for the course's staff. ``access`` has the outline. Raise 404 for one whom they do not see."""
    enrollment = visible.learner(access, user_id)
    found = repository.progress(access.course_id, user_id)
    progress = completion.settled(access.course, user_id, found)
    return _of(Learner(access.course, enrollment, progress, clock.now()), user_id)


def _of(learner: Learner, user_id: ObjectId) -> Document:
    """Lesson by lesson in the order of the outline."""
    course, progress = learner.course, learner.progress
    lessons = rows(course)
    completed = len(lessons) - len(missing(course, progress))
    return {
        **milestones(progress),
        "percent": share(completed, len(lessons)),
        "course_id": course["_id"],
        "user_id": user_id,
        "lesson_count": len(lessons),
        "completed_count": completed,
        "next_lesson_id": next_lesson(learner),
        "lessons": [lesson(row["_id"], progress) for row in lessons],
    }


def lesson(lesson_id: ObjectId, progress: Progress) -> Document:
    key = str(lesson_id)
    found = {name: progress.get(name, {}).get(key) for name in ("positions", "seconds", "completed")}
    return {
        "lesson_id": lesson_id,
        "status": _status(found),
        "position": found["positions"],
        "seconds": found["seconds"] or 0,
        "completed_at": found["completed"],
    }


def _status(found: Progress) -> str:
    if found["completed"]:
        return "completed"
    return "not_started" if found["seconds"] is None else "started"


def next_lesson(learner: Learner) -> ObjectId | None:
    """The first lesson that is open to the learner and not completed; None where there is none."""
    if learner.enrollment.get("status") != "active":
        return None
    for row in missing(learner.course, learner.progress):
        if release.lock(row["release"], learner) is None:
            _id: ObjectId = row["_id"]
            return _id
    return None
