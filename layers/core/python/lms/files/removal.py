"""Deleting a file: its row is hidden in a transaction, its copies are removed at once after that. The sweep removes
them again when no check that was running then can be running still: what that left, and what a crash missed."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from bson import ObjectId

from lms import audit, clock, events, mongo, storage
from lms.ai import sources
from lms.caller import Caller
from lms.courses import attached
from lms.errors import Conflict, NotFound, PreconditionFailed
from lms.files import access, quotas, repository
from lms.files.states import FileStatus, UploadKind
from lms.mongo import Transaction
from lms.submissions import attached as submitted

_COUNTED = (FileStatus.PENDING, FileStatus.SCANNING, FileStatus.AVAILABLE)


def delete(who: Caller, file_id: ObjectId, expected: int | None) -> None:
    """Raise 404 where the caller may not, 409 FILE_IN_USE while a lesson shows it or once it is handed in, 412
    where it has changed."""
    rule = access.rule_of(access.removable(who, file_id))

    def work(tx: Transaction) -> None:
        now = clock.now()
        fields = {"deleted_at": now, "updated_at": now, "look_at": now + repository.PATIENCE}
        file = repository.delete(tx, file_id, fields, expected)
        if file is None:
            raise NotFound() if expected is None else PreconditionFailed()
        if rule.through_lessons and (lessons := attached.lessons(file_id, tx)):
            raise Conflict("Lessons show this file", code="FILE_IN_USE", lesson_ids=[str(each) for each in lessons])
        if rule.through_submissions and (using := submitted.submissions(file_id, tx)):
            named = [str(each) for each in using]
            raise Conflict("The file is handed in", code="FILE_IN_USE", submission_ids=named)
        if file["status"] in _COUNTED:
            quotas.give_back(tx, file)
        if file["text"]:
            sources.forget(tx, file_id)
        if file["key"] and repository.is_stood_on(file["key"], tx):
            file = repository.let_go(tx, file_id)
        events.record(tx, "file.deleted", actor=who.id, subject=file_id, course_id=file["course_id"])
        if file["owner_id"] != who.id:
            audit.record(tx, "file.delete", actor=who.id, target=file_id, owner_id=file["owner_id"])
        tx.after_commit(partial(clear, file))

    mongo.transaction(work)


def clear(file: Mapping[str, Any]) -> None:
    """Remove what came in and what was kept of a file that is over. Idempotent. One whose object another file
    stands on as well has lost its ``key`` before."""
    upload = file["upload"]
    if upload:
        if upload["kind"] == UploadKind.MULTIPART:
            storage.abort_multipart(upload["key"], upload["upload_id"])
        storage.delete(upload["key"])
    if file["status"] != FileStatus.AVAILABLE:
        # A check that was killed after keeping it leaves a copy that no row names.
        storage.delete(storage.kept_key(file["_id"]))
    if file["key"]:
        storage.delete(file["key"])
