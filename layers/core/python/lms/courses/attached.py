"""Where lessons show a file."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms.caller import Caller
from lms.courses import repository
from lms.mongo import Transaction
from lms.permissions import Role

_MOST_COURSES = 100
_MOST_LESSONS = 500


def releases(file_id: ObjectId, who: Caller) -> dict[ObjectId, list[Mapping[str, Any] | None]]:
    """By course of the caller's, the release rules of the lessons that show the file: a course that was copied each
    year has many copies of them, and the caller is in few."""
    return repository.releases_with_file(file_id, None if who.role is Role.ADMIN else who.id, _MOST_COURSES)


def lessons(file_id: ObjectId, tx: Transaction) -> list[ObjectId]:
    return [lesson["_id"] for lesson in repository.lessons_with_file(file_id, _MOST_LESSONS, tx)]
