"""Who hands in: a learner alone, or a group, which shares one draft and counts its attempts together."""

from datetime import datetime
from typing import NamedTuple

from bson import ObjectId

from lms.assignments import dates, groups
from lms.courses.access import CourseAccess
from lms.enrollment import learners
from lms.errors import Conflict, NotFound
from lms.fields import rfc3339


class Holder(NamedTuple):
    """``id`` is the group's, or the learner's own. ``member_ids``: who is in it and learns in the course now.
    ``window``: the dates that hold for all of them."""

    id: ObjectId
    group_id: ObjectId | None
    member_ids: list[ObjectId]
    window: dates.Window


def of(access: CourseAccess) -> Holder:
    """Whom the learner hands in with. Raise 404 while the assignment is not published."""
    assignment = access.resource
    if not assignment["published"]:
        raise NotFound()
    assert access.enrollment is not None, "who learns in a course is enrolled there"
    group = groups.group_of(None, assignment, access.caller.id)
    ids = group["member_ids"] if group else [access.caller.id]
    enrolled = learners.active([access.course_id], ids) if group else [access.enrollment]
    learning = {each["user_id"] for each in enrolled}
    return Holder(
        id=group["id"] if group else access.caller.id,
        group_id=group["id"] if group else None,
        member_ids=[_id for _id in ids if _id in learning],
        window=dates.of_group(assignment, enrolled, access.course["time_zone"]),
    )


def require_open(window: dates.Window, now: datetime) -> None:
    """Raise 409 ASSIGNMENT_NOT_OPEN, with the date, or ASSIGNMENT_CLOSED."""
    if window.opens_at and now < window.opens_at:
        opens_at = rfc3339(window.opens_at)
        raise Conflict("The assignment has not opened yet", code="ASSIGNMENT_NOT_OPEN", opens_at=opens_at)
    if not window.is_open(now):
        detail = "The assignment is closed: the draft stays as it was saved before"
        raise Conflict(detail, code="ASSIGNMENT_CLOSED")
