"""Tells a file's owner over their WebSocket connections how it stands."""

from lms import realtime
from lms.files.models import File
from lms.mongo import Document


def tell(file: Document) -> None:
    """Call it after the commit."""
    shown = File.model_validate(file).model_dump(mode="json")
    realtime.push(file["owner_id"], "file.changed", shown, cursor=str(file["version"]))
