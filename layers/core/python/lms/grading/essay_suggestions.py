"""What an AI suggests for the essays of a quiz's attempt, for those who grade them. It changes no attempt."""

from collections.abc import Mapping
from typing import Any

from lms.courses.access import CourseAccess
from lms.errors import NotFound
from lms.grading import repository
from lms.mongo import Document, Transaction


def latest(attempt: Mapping[str, Any], tx: Transaction | None = None) -> dict[str, Document]:
    """By item, the last one; none of an earlier hand-in."""
    return repository.of_essays(attempt["_id"], attempt["submitted_at"], tx)


def of_attempt(access: CourseAccess) -> Document:
    """``items``: the last suggestion of each item. Raise 404 where there is none."""
    found = latest(access.resource)
    if not found:
        raise NotFound()
    return {"attempt_id": access.resource["_id"], "items": list(found.values())}
