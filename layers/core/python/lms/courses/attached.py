"""Where lessons show a file."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms.courses import repository
from lms.mongo import Transaction

_MOST_LESSONS = 500


def releases(file_id: ObjectId) -> dict[ObjectId, list[Mapping[str, Any] | None]]:
    """By course, the release rules of the lessons that show the file."""
    found: dict[ObjectId, list[Mapping[str, Any] | None]] = {}
    for lesson in repository.lessons_with_file(file_id, _MOST_LESSONS):
        found.setdefault(lesson["course_id"], []).append(lesson["release"])
    return found


def lessons(file_id: ObjectId, tx: Transaction) -> list[ObjectId]:
    return [lesson["_id"] for lesson in repository.lessons_with_file(file_id, _MOST_LESSONS, tx)]
