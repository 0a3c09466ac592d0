"""What becomes of an upload: each a conditional step from one state to the next, safe to be asked for twice."""

from datetime import datetime
from functools import partial

from bson import ObjectId

from lms import clock, events, mongo, queues, storage
from lms.config import settings
from lms.files import quotas, removal, repository
from lms.files.purposes import PURPOSES, TEXTS, Purpose
from lms.files.states import FileStatus, TextStatus
from lms.mongo import Document, Transaction


def scanning(file_id: ObjectId, incoming_key: str) -> Document | None:
    """The upload is there: the file, where it still has to be checked under this key."""
    waiting = (FileStatus.PENDING, FileStatus.SCANNING)
    fields = {"status": FileStatus.SCANNING, "look_at": clock.now() + repository.PATIENCE}
    return repository.change(None, file_id, waiting, fields, **{"upload.key": incoming_key})


def available(file: Document, key: str) -> Document | None:
    """The check was passed and ``key`` holds what was checked. None where the file was not being checked: somebody
    else was first, or it is deleted or held back, and then what was kept goes too, unless a file stands on it."""

    def work(tx: Transaction) -> Document | None:
        text = text_to_come(file)
        fields = {"status": FileStatus.AVAILABLE, "key": key, "text": text, "look_at": time_to_look(text)}
        passed = repository.change(tx, file["_id"], [FileStatus.SCANNING], fields)
        if passed:
            record_available(tx, passed)
        return passed

    passed = mongo.transaction(work)
    if passed is None and not repository.is_stood_on(key):
        storage.delete(key)
    return passed


def text_to_come(file: Document) -> Document | None:
    if not PURPOSES[Purpose(file["purpose"])].extracts_text or file["content_type"] not in TEXTS:
        return None
    return {"status": TextStatus.QUEUED, "reason": None, "pages": None, "words": None, "source_id": None}


def time_to_look(text: Document | None) -> datetime | None:
    """When the sweep asks whether the text is there."""
    return clock.now() + repository.PATIENCE if text else None


def record_available(tx: Transaction, file: Document) -> None:
    """The event, and after the commit the message that has the text taken out."""
    events.record(tx, "file.checked", actor=None, subject=file["_id"], status=file["status"])
    if file["text"]:
        tx.after_commit(partial(send_to_extraction, [file["_id"]]))


def send_to_extraction(file_ids: list[ObjectId]) -> None:
    queues.send(settings().extraction_queue_url, [{"file_id": str(_id)} for _id in file_ids])


def quarantined(file: Document, code: str, reason: str) -> Document | None:
    """The check found ``reason`` to keep it from everybody. None where the file was not being checked."""
    return _ended(file, FileStatus.SCANNING, FileStatus.QUARANTINED, code, reason, "file.checked")


def expired(file: Document) -> Document | None:
    """The upload did not come in time. None where it did after all."""
    reason = "The upload was not completed in time."
    return _ended(file, FileStatus.PENDING, FileStatus.EXPIRED, "UPLOAD_EXPIRED", reason, "file.expired")


def _ended(
    file: Document, present: FileStatus, status: FileStatus, code: str, reason: str, event: str
) -> Document | None:
    def work(tx: Transaction) -> Document | None:
        fields = {
            "status": status,
            "reason_code": code,
            "reason": reason,
            "look_at": clock.now() + repository.PATIENCE,
        }
        ended = repository.change(tx, file["_id"], [present], fields)
        if ended:
            quotas.give_back(tx, ended)
            events.record(tx, event, actor=None, subject=ended["_id"], status=status)
            tx.after_commit(partial(removal.clear, ended))
        return ended

    return mongo.transaction(work)
