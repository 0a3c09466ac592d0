"""What a draft or a submission holds: ``text``, ``code`` and ``file_ids``, as far as the assignment takes them."""

import hashlib
from collections.abc import Mapping
from typing import Any

from bson import ObjectId
from pydantic_core import to_json

from lms.errors import Invalid
from lms.mongo import Document

TAKEN_AS: Mapping[str, str] = {"code": "code", "file_ids": "files", "text": "text"}
"""By field, what the assignment must take for it."""


def checked(assignment: Mapping[str, Any], given: Mapping[str, Any]) -> Document:
    """The content as it is kept. Raise 422 for what the assignment does not take, and for too many files."""
    errors = [
        {"pointer": f"/{name}", "message": "is not what this assignment takes"}
        for name, value in given.items()
        if value and TAKEN_AS[name] not in assignment["takes"]
    ]
    files = given.get("file_ids")
    if files and len(files) > assignment["most_files"]:
        errors.append({"pointer": "/file_ids", "message": f"holds more than {assignment['most_files']} files"})
    if errors:
        raise Invalid(errors=errors)
    return {**given, **({"file_ids": [ObjectId(_id) for _id in files]} if files else {})}


def require_something(content: Mapping[str, Any]) -> None:
    """Raise 422 NOTHING_TO_SUBMIT for a content of spaces alone."""
    if not any(value.strip() if isinstance(value, str) else value for value in content.values()):
        raise Invalid("There is neither a text, nor code, nor a file to hand in", code="NOTHING_TO_SUBMIT")


def digest(content: Mapping[str, Any]) -> str:
    """The same for the same content: sha256, in hex, of the JSON object with those of code, file_ids and text that
    are not null, in this order, without spaces, in UTF-8."""
    return exact_digest({name: value for name, value in content.items() if value is not None})


def exact_digest(content: Mapping[str, Any]) -> str:
    """As ``digest``, of what is null too: to clear a text is not to say nothing about it."""
    canonical = {name: content[name] for name in sorted(content)}
    return hashlib.sha256(to_json(canonical, fallback=str)).hexdigest()
