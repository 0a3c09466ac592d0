"""The check of what came in: it is fetched and looked into, and the very bytes that were looked into are kept, or
nothing: whatever is put in the place of what came in meanwhile, changes nothing.

A crash at any point leaves the file in scanning with what came in still there, or decided with at most rubbish to
remove: its message comes again, and the sweep asks again besides. Nobody can download before the last step.
"""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bson import ObjectId
from bson.errors import InvalidId

from lms import storage
from lms.files import malware, outcomes, telling
from lms.files.inspection import apart
from lms.files.inspection.verdict import Reason, Verdict
from lms.metrics import count
from lms.mongo import Document
from lms.storage import Missing, Stored

_FOLDER = "check-"
_LONGEST_CHECK = 900.0
_INSPECTION_SECONDS = 150.0
_KEEPING_SECONDS = 60.0
"""How long writing the largest file may take."""


def check(key: str, seconds_left: Callable[[], float]) -> None:
    """See to the object under an incoming key, whether news of it comes once, twice, late or of no file at all.

    Raise ``batches.Awaited`` until its scan has ended, Swapped where another object came between two looks.
    """
    if not key.startswith("incoming/"):
        return
    file_id = _file_id(key)
    file = outcomes.scanning(file_id, key) if file_id else None
    if file is None:
        # Of no file, or of one that is decided, deleted or expired: what comes then changes nothing.
        storage.delete(key)
        return
    # Where it is missing somebody else has just decided; where it is really lost, the sweep ends it.
    with suppress(Missing):
        _decide(file, key, seconds_left)


def _decide(file: Document, key: str, seconds_left: Callable[[], float]) -> None:
    stored = storage.stat(key)
    if stored is None:
        raise Missing(key)
    with tempfile.TemporaryDirectory(prefix=_FOLDER) as folder:
        _remove_folders_left_before(Path(folder))
        path = Path(folder, "file")
        verdict = _verdict(file, key, stored, path, seconds_left)
        if verdict.reason is None:
            kept = storage.kept_key(file["_id"])
            storage.put(path, kept, sha256=file["sha256"], content_type=file["content_type"])
            decided = outcomes.available(file, kept)
        else:
            decided = outcomes.quarantined(file, verdict.reason, verdict.sentence)
    storage.delete(key)
    if decided:
        count(f"Files{decided['status'].title()}")
        telling.tell(decided)


def _remove_folders_left_before(folder: Path) -> None:
    """A worker that was killed leaves its folder; where the next one runs on the same disk, that would fill up."""
    oldest = folder.stat().st_mtime - _LONGEST_CHECK
    for other in folder.parent.glob(f"{_FOLDER}*"):
        with suppress(FileNotFoundError):
            if other.stat().st_mtime < oldest:
                shutil.rmtree(other)


def _verdict(file: Document, key: str, stored: Stored, path: Path, seconds_left: Callable[[], float]) -> Verdict:
    """What the object with this ETag comes to; its tag is read between two looks at the ETag."""
    if stored.size != file["size"]:
        return _of_another_size(file, stored)
    scanned = malware.verdict(key)
    if scanned.reason:
        return scanned
    if storage.download(key, path, stored.etag) != file["sha256"]:
        return Verdict(Reason.HASH_MISMATCH, "What arrived is not what was announced. Upload the file again.")
    if seconds_left() < _INSPECTION_SECONDS + _KEEPING_SECONDS:
        # A slow download is no fault of the file's.
        raise TimeoutError("no time is left for the inspection")
    return apart.inspect(path, file["content_type"], _INSPECTION_SECONDS)


def _of_another_size(file: Document, stored: Stored) -> Verdict:
    if stored.size == 0:
        return Verdict(Reason.EMPTY, "The file is empty.")
    message = f"{stored.size} bytes arrived, but {file['size']} were announced. Upload the file again."
    return Verdict(Reason.SIZE_MISMATCH, message)


def _file_id(key: str) -> ObjectId | None:
    """Of a key as ``storage.incoming_key`` makes it."""
    try:
        _, file_id, _ = key.split("/")
        return ObjectId(file_id)
    except (ValueError, InvalidId):
        return None
