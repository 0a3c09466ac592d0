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
    verb: Literal["create", "update", "delete", "restore", "review", "import", "publish", "unpublish", "transfer"],
    what: Literal[
        "course",
        "outline",
        "module",
        "lesson",
        "enrollment_policy",
        "enrollment",
        "cohort",
        "quiz",
        "question",
        "question_bank",
        "rubric",
        "assignment",
        "groups",
    ],
    subject: ObjectId,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write the event. What moves a course out of or into others' hands is audited as well, and so are deletions
    and all that an admin does in others' courses."""
    actor = access.caller.id
    data = {"course_id": access.course_id, **(detail or {})}
    events.record(tx, f"{what}.{_past(verb)}", actor=actor, subject=subject, **data)
    if verb in ("delete", "transfer") or access.role is CourseRole.ADMIN:
        audit.record(tx, f"{what}.{verb}", actor=actor, target=subject, **data)


def _past(verb: str) -> str:
    return f"{verb}d" if verb.endswith("e") else "transferred" if verb == "transfer" else f"{verb}ed"
