"""Whose usage of AI a person may see."""

from bson import ObjectId

from lms.caller import Caller
from lms.errors import Forbidden, Invalid
from lms.mongo import Document
from lms.permissions import Role
from lms.spending import report


def of(who: Caller, scope: str, subject_id: str | None, month: str | None) -> Document:
    """Raise 403 for what is an admin's to see, 404 for a course that is not to be known, 422 for an id that is
    missing or has no place."""
    needed = scope in ("user", "course")
    if needed != (subject_id is not None):
        message = "names the user or the course" if needed else "goes with the scopes user and course alone"
        raise Invalid(errors=[{"pointer": "?id", "message": message}])
    if scope == "me" or subject_id == str(who.id):
        return report.of("user", who.id, month)
    if scope == "course":
        # Imported here, since most ask for their own.
        from lms.courses import access

        access.enter(who, ObjectId(subject_id), "course.edit")
        return report.of("course", ObjectId(subject_id), month)
    if who.role is not Role.ADMIN:
        raise Forbidden()
    return (
        report.of("platform", None, month)
        if scope == "platform"
        else report.of("user", ObjectId(subject_id), month)
    )
