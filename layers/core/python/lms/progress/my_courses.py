"""The first screen's list: what a person learns and teaches, and where they go on."""

from collections.abc import Mapping
from typing import Any

from lms import clock
from lms.caller import Caller
from lms.courses import mine
from lms.cursors import decode_id
from lms.enrollment import learners
from lms.enrollment.states import EnrollmentStatus
from lms.mongo import Document
from lms.permissions import CourseRole
from lms.progress import overview
from lms.progress.completion import rows
from lms.progress.release import Learner


def page(who: Caller, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` courses, the newest first. Who waits for a seat is told so by ``enrollment``."""
    enrolled = learners.courses_of(who.id, EnrollmentStatus.ACTIVE, EnrollmentStatus.WAITING)
    return [_row(course) for course in mine.courses(who, enrolled, decode_id(cursor), limit)]


def _row(course: Document) -> Document:
    enrollment, progress = course["enrollment"], course["progress"] or {}
    if course["role"] is not CourseRole.LEARNER:
        waits = enrollment is not None and enrollment["status"] == EnrollmentStatus.WAITING
        return {**course, "enrollment": EnrollmentStatus.WAITING if waits else None}
    learner = Learner(course, enrollment, progress, clock.now())
    summary = overview.summary(course, progress)
    next_lesson = _named(course, overview.next_lesson(learner))
    return {**course, **summary, "enrollment": EnrollmentStatus.ACTIVE, "next_lesson": next_lesson}


def _named(course: Mapping[str, Any], lesson_id: Any) -> Document | None:
    return next((row for row in rows(course) if row["_id"] == lesson_id), None)
