"""The list of courses: published ones, and the caller's own."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId

from lms.caller import Caller
from lms.courses import repository
from lms.courses.access import role_in
from lms.cursors import decode_cursor
from lms.errors import Invalid
from lms.mongo import Document

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_FIELD_OF = {
    "difficulty": "difficulty",
    "tag": "tags",
    "skill": "skills",
    "language": "language",
    "owner": "owner_id",
}


def courses(who: Caller, filters: Mapping[str, str | None], cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` courses that ``who`` may see, newest first, with the caller's role in each.

    ``filters`` by query name, None for any; ``cursor`` of the page before, None for the first page.
    """
    wanted: Document = {_FIELD_OF[name]: value for name, value in filters.items() if value is not None}
    if "owner_id" in wanted:
        wanted["owner_id"] = who.id if wanted["owner_id"] == "me" else _person(wanted["owner_id"])
    rows = repository.visible_courses(who.id, wanted, _after(decode_cursor(cursor)), limit)
    return [{**row, "role": role_in(row, who)} for row in rows]


def place_of(course: Mapping[str, Any]) -> list[Any]:
    """A course's place in the list: the milliseconds of its making, and its id where those are equal."""
    return [(course["created_at"] - _EPOCH) // timedelta(milliseconds=1), str(course["_id"])]


def _after(place: Any) -> tuple[datetime, ObjectId] | None:
    if place is None:
        return None
    try:
        milliseconds, _id = place
        return _EPOCH + timedelta(milliseconds=milliseconds), ObjectId(_id)
    except (TypeError, ValueError, OverflowError, InvalidId):
        raise Invalid(errors=[{"pointer": "?cursor", "message": "is not a cursor of this list"}]) from None


def _person(text: str) -> ObjectId:
    try:
        return ObjectId(text)
    except InvalidId:
        raise Invalid(errors=[{"pointer": "?owner", "message": "is neither an id nor 'me'"}]) from None
