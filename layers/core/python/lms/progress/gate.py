"""The way to a lesson's content: staff may always pass, a learner when the lesson is open to them."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms import clock
from lms.courses.access import CourseAccess
from lms.errors import Forbidden, NotFound
from lms.mongo import Document
from lms.permissions import CourseRole
from lms.progress import release
from lms.progress.release import Learner


def learner(access: CourseAccess, course: Mapping[str, Any]) -> Learner:
    """The caller, who learns in the course. ``access`` has their progress, ``course`` may have the outline."""
    titles = {row["_id"]: row["title"] for module in course.get("modules", ()) for row in module["lessons"]}
    return Learner(course, access.enrollment or {}, access.progress or {}, clock.now(), titles)


def is_locked(access: CourseAccess, rule: Mapping[str, Any] | None) -> bool:
    """Whether a lesson with this release rule is locked for the caller. ``access`` has their progress."""
    if access.role is not CourseRole.LEARNER:
        return False
    caller = Learner(access.course, access.enrollment or {}, access.progress or {}, clock.now())
    return release.lock(rule, caller) is not None


def require_open(access: CourseAccess, lesson_id: ObjectId) -> Document:
    """The lesson's row of the outline, for one who may pass. ``access`` has the outline and the caller's progress.

    Raise 404 for a lesson that is not in the outline, 403 LESSON_LOCKED for one that is locked for the caller.
    """
    rows = (row for module in access.course["modules"] for row in module["lessons"])
    row: Document | None = next((row for row in rows if row["_id"] == lesson_id), None)
    if row is None:
        raise NotFound()
    if is_locked(access, row["release"]):
        raise _refusal(access, row)
    return row


def _refusal(access: CourseAccess, row: Mapping[str, Any]) -> Forbidden:
    """With the titles of what is missing, which only a refusal needs."""
    lock = release.lock(row["release"], learner(access, access.course))
    assert lock is not None, "it was locked without titles"
    return lock.refusal()
