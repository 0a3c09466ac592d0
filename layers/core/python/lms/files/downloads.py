"""Addresses under which a browser may download, each for a few minutes."""

from datetime import timedelta
from typing import Any

from bson import ObjectId

from lms import clock, storage
from lms.caller import Caller
from lms.errors import Conflict
from lms.files import access, names
from lms.files.purposes import SHOWN_IN_PLACE
from lms.files.states import FileStatus


def download(who: Caller, file_id: ObjectId) -> dict[str, Any]:
    """Raise 404 for a file that the caller may not see, 409 FILE_NOT_AVAILABLE for one that is not checked."""
    file = access.readable(who, file_id)
    if file["status"] != FileStatus.AVAILABLE:
        raise Conflict(f"The file is {file['status']}", code="FILE_NOT_AVAILABLE", file_status=file["status"])
    kind = file["content_type"]
    url = storage.signed_download(
        file["key"],
        content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        disposition=names.disposition(file["name"], kind, inline=kind in SHOWN_IN_PLACE),
    )
    return {"url": url, "expires_at": clock.now() + timedelta(seconds=storage.DOWNLOAD_SECONDS)}
