"""Files that a lesson's blocks show."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lms.courses.access import CourseAccess
from lms.errors import Invalid
from lms.files import repository
from lms.files.purposes import Purpose
from lms.files.states import FileStatus
from lms.mongo import Document, Transaction

_FIELDS = {"owner_id": 1, "purpose": 1, "course_id": 1, "status": 1}


def require_usable(
    tx: Transaction, access: CourseAccess, blocks: Sequence[Mapping[str, Any]], present: Iterable[Mapping[str, Any]]
) -> None:
    """Raise 422 for a block that shows another file than an available one for courses, of this course or of the
    editor's own. What ``present`` blocks show already may stay."""
    known = {each["file_id"] for each in present if "file_id" in each}
    new = {index: each["file_id"] for index, each in enumerate(blocks) if each.get("file_id") not in {None, *known}}
    if not new:
        return
    files = {file["_id"]: file for file in repository.held(tx, {*new.values()}, _FIELDS)}
    errors = [
        {
            "pointer": f"/blocks/{index}/file_id",
            "message": "names no checked file of this course, or of your own for courses",
        }
        for index, file_id in new.items()
        if not _is_usable(files.get(file_id), access)
    ]
    if errors:
        raise Invalid(errors=errors)


def not_deleted(tx: Transaction, blocks: Sequence[Document]) -> list[Document]:
    """The ``blocks`` of an earlier day without those whose file has been deleted since."""
    shown = {each["file_id"] for each in blocks if "file_id" in each}
    gone = shown - {file["_id"] for file in repository.held(tx, shown, {"_id": 1})} if shown else set()
    return [each for each in blocks if each.get("file_id") not in gone]


def _is_usable(file: Document | None, access: CourseAccess) -> bool:
    return (
        file is not None
        and file["status"] == FileStatus.AVAILABLE
        and file["purpose"] == Purpose.COURSE_MATERIAL
        and (file["course_id"] == access.course_id or file["owner_id"] == access.caller.id)
    )
