"""What an ended or deleted file leaves in S3 is removed after the commit; the sweep repeats what was missed."""

from collections.abc import Mapping
from typing import Any

from lms import storage
from lms.files import repository
from lms.files.states import UploadKind


def clear(file: Mapping[str, Any]) -> None:
    """Remove what came in and what was kept of a file that is over. Idempotent. One whose object another file
    stands on as well has lost its ``key`` before."""
    upload = file["upload"]
    if upload:
        if upload["kind"] == UploadKind.MULTIPART:
            storage.abort_multipart(upload["key"], upload["upload_id"])
        storage.delete(upload["key"])
    if file["key"]:
        storage.delete(file["key"])
    repository.cleared(file["_id"])
