"""What every change in a course has in its transaction: the version that it builds on, its event, its audit."""

from collections.abc import Mapping
from typing import Any, Literal

from bson import ObjectId

from lms import audit, events
from lms.courses.access import CourseAccess
from lms.errors import NotFound, PreconditionFailed
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole


def current(found: Document | None, expected: int | None) -> Document:
    """What was found, if it is there (404) and at the version that the client expects, if it says one (412)."""
    if found is None:
        raise NotFound()
    if expected is not None and found["version"] != expected:
        raise PreconditionFailed()
    return found


def record(
    tx: Transaction,
    access: CourseAccess,
    verb: Literal["create", "update", "delete"],
    what: Literal["course", "outline", "module", "lesson"],
    subject: ObjectId,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write the event. Deletions, and all that an admin does in others' courses, are audited as well."""
    actor = access.caller.id
    data = {"course_id": access.course_id, **(detail or {})}
    events.record(tx, f"{what}.{verb}d", actor=actor, subject=subject, **data)
    if verb == "delete" or access.role is CourseRole.ADMIN:
        audit.record(tx, f"{what}.{verb}", actor=actor, target=subject, **data)
