"""The courses that a person learns in or teaches."""

from collections.abc import Sequence

from bson import ObjectId

from lms.caller import Caller
from lms.courses import repository
from lms.courses.access import CourseAccess, role_in
from lms.mongo import Document
from lms.permissions import IN_COURSE

_MOST_TAUGHT = 500


def courses(who: Caller, enrolled: Sequence[ObjectId], after: ObjectId | None, limit: int) -> list[Document]:
    """At most ``limit`` courses from behind ``after`` on, the newest first: the published ones of ``enrolled``, and
    those on whose staff ``who`` is. Each has its outline, their ``role``, and their ``enrollment`` and
    ``progress``, which may be None."""
    rows = repository.courses_of(who.id, enrolled, after, limit)
    joined = [{**row, **{name: next(iter(row[name]), None) for name in ("enrollment", "progress")}} for row in rows]
    return [{**row, "role": role_in(row, who, row["enrollment"])} for row in joined]


def taught(who: Caller, permission: str) -> list[CourseAccess]:
    """The newest courses of those on whose staff ``who`` is and has the permission."""
    rows = repository.taught_by(who.id, _MOST_TAUGHT)
    roles = [(row, role_in(row, who)) for row in rows]
    return [CourseAccess(who, row, role) for row, role in roles if role in IN_COURSE[permission]]
