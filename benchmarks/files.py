"""Files for the benches, uploaded as a browser does it."""

import time
from typing import Any

from bson import ObjectId

from benchmarks.school import School
from tests import uploads


def described() -> dict[str, Any]:
    """A body of POST /files, each time for another text."""
    return uploads.described(str(ObjectId()).encode())


def begun(school: School) -> str:
    """The path of a file that waits for its upload."""
    return f"/files/{school.call('POST', '/files', described())['file']['id']}"


def kept(school: School) -> str:
    """The path of a file that has passed its check."""
    content = b"A short text about nothing in particular, written for a measurement."
    answer = school.call("POST", "/files", uploads.described(content))
    path = f"/files/{answer['file']['id']}"
    uploads.post_form(answer["upload"], content)
    while school.call("GET", path)["status"] != "available":
        time.sleep(0.1)
    return path
