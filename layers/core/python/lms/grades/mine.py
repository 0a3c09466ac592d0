"""A learner's own grades in all courses, as far as they are released."""

from collections.abc import Iterator, Sequence

from bson import ObjectId

from lms.assignments import assignments
from lms.caller import Caller
from lms.cursors import decode_id
from lms.grades import repository
from lms.mongo import Document, Transaction

_FEWEST = 100
"""To look through at once, where some are not shown."""


def page(who: Caller, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit``, the newest first, each with the assignment's title and points; none of an assignment that
    learners no longer see."""
    after, most, found = decode_id(cursor), limit, list[Document]()
    while len(found) < limit:
        rows = repository.released_to(who.id, after, most)
        found += _seen(rows)
        if len(rows) < most:
            break
        after, most = rows[-1]["_id"], max(limit, _FEWEST)
    return found[:limit]


def _seen(rows: Sequence[Document]) -> Iterator[Document]:
    known = assignments.titles({row["assignment_id"] for row in rows})
    for row in rows:
        assignment = known[row["assignment_id"]]
        if assignment["published"] and not assignment["deleted_at"]:
            yield {**row, "blind": False, "assignment": assignment}


def released(assignment_id: ObjectId, user_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    """The learner's grade, if it is released."""
    grade = repository.of_learners(assignment_id, [user_id], tx).get(user_id)
    return grade if grade and grade["released_at"] else None
