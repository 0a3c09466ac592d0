"""What an AI suggests for the essays of a quiz's attempt, for those who grade them. It changes no attempt."""

from bson import ObjectId

from lms.courses.access import CourseAccess
from lms.errors import NotFound
from lms.grading import repository
from lms.mongo import Document, Transaction


def latest(attempt_id: ObjectId, tx: Transaction | None = None) -> dict[str, Document]:
    """By item, the last one."""
    return repository.of_essays(attempt_id, tx)


def of_attempt(access: CourseAccess) -> Document:
    """``items``: the last suggestion of each item. Raise 404 where there is none."""
    found = latest(access.resource["_id"])
    if not found:
        raise NotFound()
    return {"attempt_id": access.resource["_id"], "items": list(found.values())}
