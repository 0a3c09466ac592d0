"""Taking the text out of a file: at most so many times, each ending in text that is ready or in a reason.

A crash leaves the text queued; its message comes again, and the sweep asks again besides. What a file does to the
process that reads it, ends that process and not this one.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from bson import ObjectId

from lms import events, mongo, storage
from lms.ai import sources
from lms.errors import Unavailable
from lms.extraction import isolation
from lms.extraction.extracted import Extracted, Unreadable
from lms.files import repository, telling
from lms.files.states import FileStatus, TextStatus
from lms.metrics import count
from lms.mongo import Document, Transaction

MOST_ATTEMPTS = 3
_LONGEST_SECONDS = 200.0
_MARGIN_SECONDS = 20.0
"""For what is to be written afterwards."""


def extract(file_id: ObjectId, seconds_left: Callable[[], float]) -> None:
    """Where there is nothing to do, nothing is done: the message came twice, or the file is deleted."""
    file = repository.begin_extraction(file_id)
    if file is None:
        return
    try:
        if file["text"]["attempts"] > MOST_ATTEMPTS:
            raise Unreadable("EXTRACTION_DIED")
        changed = _ready(file, _text(file, seconds_left))
    except Unreadable as failure:
        changed = _failed(file, failure)
    except Unavailable:
        repository.uncount_extraction(file_id)
        raise
    if changed:
        count(f"Texts{changed['text']['status'].title()}")
        telling.tell(changed)


def _text(file: Document, seconds_left: Callable[[], float]) -> Extracted:
    stored = storage.stat(file["key"])
    if stored is None:
        raise storage.Missing(file["key"])
    with tempfile.TemporaryDirectory(prefix="text-") as folder:
        path = Path(folder, "file")
        storage.download(file["key"], path, stored.etag)
        seconds = min(_LONGEST_SECONDS, seconds_left() - _MARGIN_SECONDS)
        return isolation.extract(path, file["content_type"], seconds=max(1.0, seconds))


def _ready(file: Document, extracted: Extracted) -> Document | None:
    def work(tx: Transaction) -> Document | None:
        source_id = ObjectId()
        words, pages = extracted.words, extracted.pages
        changed = _settle(tx, file, TextStatus.READY, words=words, pages=pages, source_id=source_id)
        if changed:
            sources.keep(tx, changed, extracted)
        return changed

    return mongo.transaction(work)


def _failed(file: Document, failure: Unreadable) -> Document | None:
    def work(tx: Transaction) -> Document | None:
        return _settle(tx, file, TextStatus.FAILED, reason_code=failure.code, reason=failure.reason)

    return mongo.transaction(work)


def _settle(tx: Transaction, file: Document, status: TextStatus, **found: object) -> Document | None:
    """None where somebody else was first, or the file is deleted."""
    fields = {"text": {**file["text"], **found, "status": status}, "look_at": None}
    queued = {"text.status": TextStatus.QUEUED}
    changed = repository.change(tx, file["_id"], [FileStatus.AVAILABLE], fields, **queued)
    if changed:
        events.record(tx, "file.text_extracted", actor=None, subject=file["_id"], status=status)
    return changed
