"""What a lost event, a crash or a client that never came back has left open."""

from datetime import timedelta

from lms import clock, queues, storage
from lms.config import settings
from lms.files import outcomes, removal, repository
from lms.files.states import FileStatus, TextStatus
from lms.mongo import Document
from lms.telemetry import logger

_LONGEST_CHECK = timedelta(days=2)
_OVER = (FileStatus.QUARANTINED, FileStatus.EXPIRED)


def sweep(limit: int) -> int:
    """See to the files whose time has come; return how many. One that fails does not keep the others waiting."""
    seen_to = 0
    for file in repository.to_look_at(clock.now(), limit):
        if repository.look_again(file, clock.now() + repository.PATIENCE):
            try:
                _see_to(file)
            except Exception:
                logger.exception("a file could not be seen to", extra={"file_id": str(file["_id"])})
            seen_to += 1
    return seen_to


def _see_to(file: Document) -> None:
    text = file["text"] or {}
    if file["deleted_at"] or file["status"] in _OVER:
        removal.clear(file)
        repository.look_never_again(file["_id"])
    elif file["status"] == FileStatus.PENDING:
        _see_to_upload(file)
    elif file["status"] == FileStatus.SCANNING:
        _see_to_check(file)
    elif text.get("status") == TextStatus.QUEUED:
        outcomes.send_to_extraction([file["_id"]])
    else:
        repository.look_never_again(file["_id"])


def _see_to_upload(file: Document) -> None:
    """It may be there, and the news of it lost."""
    if storage.stat(file["upload"]["key"]) is None:
        outcomes.expired(file)
    elif outcomes.scanning(file["_id"], file["upload"]["key"]):
        send_to_check(file)


def _see_to_check(file: Document) -> None:
    if clock.now() - file["created_at"] > _LONGEST_CHECK:
        outcomes.quarantined(file, "UNCHECKED", "The file could not be checked. Upload it again.")
    else:
        send_to_check(file)


def send_to_check(file: Document) -> None:
    """What the bucket sends when an upload has arrived."""
    stored = {"bucket": {"name": storage.bucket()}, "object": {"key": file["upload"]["key"]}}
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Post", "s3": stored}
    queues.send(settings().file_checks_queue_url, [{"Records": [record]}])
