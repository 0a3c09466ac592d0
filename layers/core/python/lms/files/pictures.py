"""Pictures of a course's lessons, for a model that is to say what they show."""

import tempfile
from pathlib import Path

from bson import ObjectId

from lms import storage
from lms.files import repository
from lms.files.purposes import Purpose
from lms.files.states import FileStatus

_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})
"""What Gemini reads of the types that lessons show: https://ai.google.dev/gemini-api/docs/image-understanding"""

_LARGEST = 4 * 1024 * 1024
"""A request holds 20 MB, and several pictures go into one."""


class NotShown(Exception):
    """Why a picture cannot be shown to a model, in a sentence for the person who asked."""


def picture(file_id: ObjectId, course_id: ObjectId) -> tuple[str, bytes]:
    """The content type and the bytes of a checked file of the course. Raise NotShown."""
    file = repository.file(file_id)
    if file is None or file["purpose"] != Purpose.COURSE_MATERIAL or file["course_id"] != course_id:
        raise NotShown("The file is no material of this course.")
    if file["status"] != FileStatus.AVAILABLE:
        raise NotShown("The file has not been checked, or was held back.")
    if file["content_type"] not in _TYPES:
        raise NotShown("Only PNG, JPEG and WebP images can be described.")
    if file["size"] > _LARGEST:
        raise NotShown(f"The image is larger than {_LARGEST // 1024 // 1024} MB.")
    stored = storage.stat(file["key"])
    if stored is None:
        raise NotShown("The file is gone.")
    with tempfile.TemporaryDirectory(prefix="picture-") as folder:
        path = Path(folder, "file")
        storage.download(file["key"], path, stored.etag)
        return file["content_type"], path.read_bytes()
