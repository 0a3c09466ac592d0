"""Files that learners hand in."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from bson import ObjectId

from lms.ai import sources
from lms.errors import Invalid
from lms.extraction.extracted import Unreadable
from lms.files import repository
from lms.files.purposes import Purpose
from lms.files.states import FileStatus, TextStatus
from lms.mongo import Document, Transaction

MOST_CHARACTERS = 400_000
"""Of the files of one submission together, in their order; of one that does not fit nothing is read."""

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


NOT_READY = "NOT_READY"


class FileText(NamedTuple):
    """``text``, or why there is none: ``reason_code`` is that of the extraction, NOT_READY or TOO_LONG."""

    text: str | None
    reason_code: str | None = None
    reason: str | None = None


class Texts:
    """Of these files, as far as they have been read."""

    def __init__(self, file_ids: Collection[ObjectId]) -> None:
        wanted = list(file_ids)
        self._texts = sources.of_files(wanted) if wanted else {}
        self._states = {row["_id"]: row["text"] for row in repository.named(wanted, {"text": 1})} if wanted else {}

    def of(self, file_ids: Sequence[ObjectId]) -> dict[ObjectId, FileText]:
        """Of a submission with these."""
        found, room = dict[ObjectId, FileText](), MOST_CHARACTERS
        for file_id in file_ids:
            text = self._texts.get(file_id)
            if text is None:
                found[file_id] = _unread(self._states.get(file_id))
            elif len(text) > room:
                found[file_id] = FileText(None, "TOO_LONG", "The submission's files hold too much text together.")
            else:
                found[file_id] = FileText(text)
                room -= len(text)
        return found


def _unread(state: Mapping[str, Any] | None) -> FileText:
    if state is None:
        return FileText(None, "UNSUPPORTED", Unreadable("UNSUPPORTED").reason)
    if state["status"] == TextStatus.FAILED:
        return FileText(None, state["reason_code"], state["reason"])
    return FileText(None, NOT_READY, "The file's text is still being read.")


def lengths(file_ids: Collection[ObjectId]) -> dict[ObjectId, int]:
    """The bytes of the texts of those of the files that have been read."""
    return sources.lengths([*file_ids]) if file_ids else {}
