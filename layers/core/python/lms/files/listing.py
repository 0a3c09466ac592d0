"""A person's own files, and how much room they and their courses take."""

from typing import Any

from bson import ObjectId

from lms.caller import Caller
from lms.courses.access import enter
from lms.cursors import decode_id
from lms.files import quotas, repository
from lms.files.purposes import Purpose
from lms.files.states import FileStatus
from lms.mongo import Document


def page(
    who: Caller,
    purpose: Purpose | None,
    course_id: str | None,
    status: FileStatus | None,
    cursor: str | None,
    limit: int,
) -> list[Document]:
    wanted = {
        "purpose": purpose,
        "course_id": ObjectId(course_id) if course_id else None,
        "status": status,
    }
    given = {name: value for name, value in wanted.items() if value}
    return repository.owned(who.id, given, decode_id(cursor), limit)


def usage(who: Caller, course_id: str | None) -> dict[str, Any]:
    """The caller's, and that of a course which they edit."""
    accounts = [quotas.of_person(who.id)]
    if course_id:
        enter(who, ObjectId(course_id), "course.edit")
        accounts.append(quotas.of_course(ObjectId(course_id)))
    person, *course = quotas.usage(accounts)
    return {"person": person, "course": course[0] if course else None}
