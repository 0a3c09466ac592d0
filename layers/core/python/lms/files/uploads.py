"""From the wish to upload to an upload that is there: signed requests for the client, and what S3 says of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import clock, events, storage
from lms.caller import Caller
from lms.courses.access import enter
from lms.errors import Conflict, Invalid
from lms.files import access, outcomes, quotas, repository
from lms.files.purposes import MEGABYTE, PURPOSES, Rule
from lms.files.states import FileStatus, UploadKind
from lms.mongo import Document, Transaction
from lms.storage import Part

if TYPE_CHECKING:
    from lms.files.models import NewFile

LARGEST_FORM = 100 * MEGABYTE
PART_SIZE = 16 * MEGABYTE
LIFETIME = timedelta(hours=24)
"""How long an upload may take."""


def prepare(who: Caller, new: NewFile) -> Callable[[Transaction], Document]:
    """Check the wish. What comes back keeps it in a transaction, and gives the file with its upload.

    Raise 422 for what the purpose does not take, 404 or 403 where the caller may not upload into the course, 409
    QUOTA_EXCEEDED where there is no room.
    """
    rule = PURPOSES[new.purpose]
    _require_fitting(new, rule)
    if new.course_id:
        enter(who, ObjectId(new.course_id), rule.upload)
    if new.replaces:
        _require_own_edition(who, new)
    file = _file(who, new)
    upload = signed(file, [])

    def begin(tx: Transaction) -> Document:
        try:
            quotas.take(tx, file)
        except quotas.QuotaExceeded:
            _give_up(file)
            raise
        twin = repository.twin(tx, who.id, new.sha256, new.size, new.content_type)
        kept = _standing_on(twin, file) if twin else file
        repository.add(tx, kept)
        ids = {"course_id": kept["course_id"], "purpose": kept["purpose"]}
        events.record(tx, "file.created", actor=who.id, subject=kept["_id"], **ids)
        if twin:
            outcomes.record_available(tx, kept)
            tx.after_commit(partial(_give_up, file))
        return {"file": kept, "upload": None if twin else upload}

    return begin


def _require_fitting(new: NewFile, rule: Rule) -> None:
    count = -(-new.size // PART_SIZE) if new.size > LARGEST_FORM else 0
    wrong = {
        "/content_type": new.content_type not in rule.types and "is no type of file that is taken for this purpose",
        "/size": new.size > rule.largest and f"is more than the {rule.largest} bytes that this purpose allows",
        "/course_id": (rule.course == "required" and not new.course_id and "is needed for this purpose")
        or (rule.course == "none" and new.course_id and "has no place in this purpose"),
        "/part_sha256": len(new.part_sha256) != count
        and f"names {count} parts of {PART_SIZE} bytes for a file of this size",
    }
    if errors := [{"pointer": pointer, "message": message} for pointer, message in wrong.items() if message]:
        raise Invalid(errors=errors)


def _require_own_edition(who: Caller, new: NewFile) -> None:
    (old, *_) = [*repository.named([ObjectId(new.replaces)], {"owner_id": 1, "purpose": 1, "course_id": 1}), {}]
    same = {"owner_id": who.id, "purpose": new.purpose, "course_id": _id(new.course_id)}
    if {name: old.get(name) for name in same} != same:
        message = "is no file of yours with the same purpose and course"
        raise Invalid(errors=[{"pointer": "/replaces", "message": message}])


def _id(text: str | None) -> ObjectId | None:
    return ObjectId(text) if text else None


def _file(who: Caller, new: NewFile) -> Document:
    _id_, now = ObjectId(), clock.now()
    return {
        "_id": _id_,
        "owner_id": who.id,
        **new.model_dump(include={"name", "content_type", "size", "sha256"}),
        "purpose": new.purpose.value,
        "course_id": _id(new.course_id),
        "status": FileStatus.PENDING.value,
        "reason_code": None,
        "reason": None,
        "key": None,
        "upload": _upload(new, storage.incoming_key(_id_, secrets.token_hex(16))) | {"expires_at": now + LIFETIME},
        "replaces": _id(new.replaces),
        "text": None,
        "look_at": now + LIFETIME,
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }


def _upload(new: NewFile, key: str) -> Document:
    if not new.part_sha256:
        return {"kind": UploadKind.FORM.value, "key": key}
    upload_id = storage.begin_multipart(key, new.content_type)
    return {
        "kind": UploadKind.MULTIPART.value,
        "key": key,
        "upload_id": upload_id,
        "part_sha256": new.part_sha256,
    }


def _standing_on(twin: Mapping[str, Any], file: Document) -> Document:
    """The file as available at once, with the object of one that holds the same."""
    text = outcomes.text_to_come(file)
    return {
        **file,
        "status": FileStatus.AVAILABLE.value,
        "key": twin["key"],
        "upload": None,
        "text": text,
        "look_at": outcomes.time_to_look(text),
    }


def _give_up(file: Mapping[str, Any]) -> None:
    if file["upload"]["kind"] == UploadKind.MULTIPART:
        storage.abort_multipart(file["upload"]["key"], file["upload"]["upload_id"])


def signed(file: Mapping[str, Any], stored: Sequence[Part]) -> Document:
    """How the client uploads what is not ``stored`` yet."""
    upload = file["upload"]
    common = {"kind": upload["kind"], "expires_at": clock.now() + timedelta(seconds=storage.UPLOAD_SECONDS)}
    if upload["kind"] == UploadKind.FORM:
        form = storage.signed_form(
            upload["key"], size=file["size"], content_type=file["content_type"], sha256=file["sha256"]
        )
        return {**common, **form}
    there = {part.n for part in stored}
    return {
        **common,
        "part_size": PART_SIZE,
        "parts": [
            {
                "n": n,
                "size": _size_of(file, n),
                **storage.signed_part(upload["key"], upload["upload_id"], n, sha256),
            }
            for n, sha256 in enumerate(upload["part_sha256"], 1)
            if n not in there
        ],
        "stored": [{"n": part.n, "size": part.size} for part in stored],
    }


def _size_of(file: Mapping[str, Any], n: int) -> int:
    size: int = file["size"]
    return min(PART_SIZE, size - (n - 1) * PART_SIZE)


def resumed(who: Caller, file_id: ObjectId) -> Document:
    """New addresses for what is still to be uploaded of the caller's own file.

    Raise 409 UPLOAD_OVER where the file waits for no upload any more.
    """
    file = access.own(who, file_id)
    if file["status"] != FileStatus.PENDING:
        raise Conflict(f"The file is {file['status']}: it waits for no upload", code="UPLOAD_OVER")
    return signed(file, _right_parts(file))


def completed(who: Caller, file_id: ObjectId) -> Document:
    """The caller's own file, its upload being there; safe to be asked for again.

    Raise 409 UPLOAD_INCOMPLETE where it is not, with the numbers of the parts that are ``missing``, and 409
    UPLOAD_EXPIRED where it has come too late.
    """
    file = access.own(who, file_id)
    if file["status"] == FileStatus.EXPIRED:
        raise Conflict("The upload was not completed in time; create the file again", code="UPLOAD_EXPIRED")
    if file["status"] != FileStatus.PENDING:
        return file
    if file["upload"]["kind"] == UploadKind.MULTIPART:
        _join_parts(file)
    elif storage.stat(file["upload"]["key"]) is None:
        # The check may have been faster: what has passed it lies here no more.
        return _moved_on(file, "Nothing is uploaded yet")
    return outcomes.scanning(file_id, file["upload"]["key"]) or access.own(who, file_id)


def _moved_on(file: Mapping[str, Any], otherwise: str) -> Document:
    present = repository.file(file["_id"])
    if present is None or present["status"] == FileStatus.PENDING:
        raise Conflict(otherwise, code="UPLOAD_INCOMPLETE")
    return present


def _right_parts(file: Mapping[str, Any]) -> list[Part]:
    """Those of a multipart upload that are there with the size and the hash that were named for them."""
    upload = file["upload"]
    if upload["kind"] == UploadKind.FORM:
        return []
    wanted = {n: (_size_of(file, n), sha256) for n, sha256 in enumerate(upload["part_sha256"], 1)}
    found = storage.parts(upload["key"], upload["upload_id"])
    return [part for part in found if wanted.get(part.n) == (part.size, part.sha256)]


def _join_parts(file: Mapping[str, Any]) -> None:
    upload = file["upload"]
    try:
        parts = _right_parts(file)
        missing = sorted({*range(1, len(upload["part_sha256"]) + 1)} - {part.n for part in parts})
        if missing:
            raise Conflict("Parts of the upload are missing", code="UPLOAD_INCOMPLETE", missing=missing)
        storage.complete_multipart(upload["key"], upload["upload_id"], parts)
    except storage.Missing:
        # Another call was faster, or the answer to an earlier one was lost.
        if storage.stat(upload["key"]) is None:
            _moved_on(file, "The upload was given up")
