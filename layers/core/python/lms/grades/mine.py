"""A learner's own grades in all courses, as far as they are released."""

from bson import ObjectId

from lms.assignments import assignments
from lms.caller import Caller
from lms.cursors import decode_id
from lms.grades import repository
from lms.mongo import Document, Transaction


def page(who: Caller, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit``, the newest first, each with the assignment's title and points."""
    rows = repository.released_to(who.id, decode_id(cursor), limit)
    known = assignments.titles({row["assignment_id"] for row in rows})
    return [{**row, "blind": False, "assignment": known[row["assignment_id"]]} for row in rows]


def released(assignment_id: ObjectId, user_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    """The learner's grade, if it is released."""
    grade = repository.of_learners(assignment_id, [user_id], tx).get(user_id)
    return grade if grade and grade["released_at"] else None
