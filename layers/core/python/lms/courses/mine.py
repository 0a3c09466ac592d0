"""The courses that a person learns in or teaches."""

from collections.abc import Sequence

from bson import ObjectId

from lms.caller import Caller
from lms.courses import repository
from lms.courses.access import role_in
from lms.mongo import Document


def courses(who: Caller, enrolled: Sequence[ObjectId], after: ObjectId | None, limit: int) -> list[Document]:
    """At most ``limit`` courses from behind ``after`` on, the newest first: the published ones of ``enrolled``, and
    those on whose staff ``who`` is. Each has its outline, their ``role``, and their ``enrollment`` and
    ``progress``, which may be None."""
    rows = repository.courses_of(who.id, enrolled, after, limit)
    joined = [{**row, **{name: next(iter(row[name]), None) for name in ("enrollment", "progress")}} for row in rows]
    return [{**row, "role": role_in(row, who, row["enrollment"])} for row in joined]
