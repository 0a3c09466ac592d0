"""Files for the benches, uploaded as a browser does it."""

import hashlib
import time
from typing import Any

from bson import ObjectId

from benchmarks.school import School
from tests.uploads import post_form


def described() -> dict[str, Any]:
    """A body of POST /files, each time for another text."""
    return _described(str(ObjectId()).encode())


def _described(content: bytes) -> dict[str, Any]:
    return {
        "name": "notes.txt",
        "content_type": "text/plain",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "purpose": "source",
    }


def begun(school: School) -> str:
    """The path of a file that waits for its upload."""
    return f"/files/{school.call('POST', '/files', described())['file']['id']}"


def kept(school: School) -> str:
    """The path of a file that has passed its check."""
    content = b"A short text about nothing in particular, written for a measurement."
    answer = school.call("POST", "/files", _described(content))
    path = f"/files/{answer['file']['id']}"
    post_form(answer["upload"], content)
    while school.call("GET", path)["status"] != "available":
        time.sleep(0.1)
    return path
