"""Files that learners hand in."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.errors import Invalid
from lms.files import repository
from lms.files.purposes import Purpose
from lms.files.states import FileStatus
from lms.mongo import Document, Transaction

_FIELDS = {name: 1 for name in "owner_id purpose course_id status name content_type size sha256".split()}


def require_own(file_ids: Sequence[ObjectId], course_id: ObjectId, owner_ids: Collection[ObjectId]) -> None:
    """Raise 422 for one that is not of these owners and of this course, to be handed in; checked or not yet."""
    files = {file["_id"]: file for file in repository.named(file_ids, _FIELDS)}
    _require(file_ids, {_id for _id, file in files.items() if _is_own(file, course_id, owner_ids)}, "yours")


def usable(
    tx: Transaction,
    file_ids: Sequence[ObjectId],
    course_id: ObjectId,
    owner_ids: Collection[ObjectId],
    types: Collection[str] | None,
) -> list[Document]:
    """The files in this sequence, none of which is deleted from now on. Raise 422 as ``require_own``, for one that
    is not checked, and for one of another than these ``types``."""
    files = {file["_id"]: file for file in repository.held(tx, file_ids, _FIELDS)}
    own = {_id: file for _id, file in files.items() if _is_own(file, course_id, owner_ids)}
    _require(file_ids, own, "yours")
    checked = {_id: file for _id, file in own.items() if file["status"] == FileStatus.AVAILABLE}
    _require(file_ids, checked, "checked yet")
    fitting = {_id: file for _id, file in checked.items() if types is None or file["content_type"] in types}
    _require(file_ids, fitting, "of a type that this assignment takes")
    return [fitting[_id] for _id in file_ids]


def _require(file_ids: Sequence[ObjectId], sound: Collection[ObjectId], what: str) -> None:
    errors = [
        {"pointer": f"/file_ids/{index}", "message": f"names no file for submissions of this course that is {what}"}
        for index, _id in enumerate(file_ids)
        if _id not in sound
    ]
    if errors:
        raise Invalid(errors=errors)


def _is_own(file: Mapping[str, Any], course_id: ObjectId, owner_ids: Collection[ObjectId]) -> bool:
    return (
        file["purpose"] == Purpose.SUBMISSION and file["course_id"] == course_id and file["owner_id"] in owner_ids
    )
