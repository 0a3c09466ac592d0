"""The list of courses: published ones, and the caller's own; filtered, searched, and in one of several orders."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from bson import ObjectId
from bson.errors import InvalidId
from pymongo import ASCENDING, DESCENDING

from lms.caller import Caller
from lms.courses import repository
from lms.courses.access import role_in
from lms.cursors import decode_cursor, not_a_cursor
from lms.enrollment import learners
from lms.errors import Invalid
from lms.mongo import Document


class Sort(StrEnum):
    NEWEST = "newest"
    TITLE = "title"
    RELEVANCE = "relevance"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_FIELD_OF = {
    "difficulty": "difficulty",
    "tag": "tags",
    "skill": "skills",
    "language": "language",
    "owner": "owner_id",
}


class Order(NamedTuple):
    """What a list is sorted by; ``write`` puts a course's value into a cursor, ``read`` takes it out again."""

    field: str
    direction: int
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]

    def place(self, course: Mapping[str, Any]) -> list[Any]:
        """A course's place in the list; its id decides between those that are equal otherwise."""
        return [self.write(course[self.field]), str(course["_id"])]

    def after(self, cursor: str | None) -> repository.Place | None:
        place = decode_cursor(cursor)
        if place is None:
            return None
        try:
            value, _id = place
            return self.read(value), ObjectId(_id)
        except (TypeError, ValueError, OverflowError, InvalidId):
            raise not_a_cursor() from None


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _moment(value: Any) -> datetime:
    if type(value) is not int:
        raise TypeError
    return _EPOCH + timedelta(milliseconds=value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()
    return value


def _score(value: Any) -> float:
    if type(value) is not float or not math.isfinite(value):
        raise TypeError
    return value


_ORDERS = {
    Sort.NEWEST: Order("created_at", DESCENDING, _milliseconds, _moment),
    Sort.TITLE: Order("title_key", ASCENDING, str, _text),
    Sort.RELEVANCE: Order("score", DESCENDING, float, _score),
}


def order(sort: Sort | None, q: str | None) -> Order:
    """Where the client says none: by relevance what was searched for, else the newest first."""
    if sort is Sort.RELEVANCE and not q:
        raise Invalid(errors=[{"pointer": "?sort", "message": "relevance needs q"}])
    return _ORDERS[sort or (Sort.RELEVANCE if q else Sort.NEWEST)]


def courses(
    who: Caller, filters: Mapping[str, str | None], q: str | None, order: Order, cursor: str | None, limit: int
) -> list[Document]:
    """At most ``limit`` courses that ``who`` may see, with the caller's role in each.

    ``filters`` by query name, None for any; ``q`` finds those that hold all of its words, whatever their case and
    accents, in title, tags, skills or description; ``cursor`` of the page before, None for the first page.
    """
    wanted: Document = {_FIELD_OF[name]: value for name, value in filters.items() if value is not None}
    if "owner_id" in wanted:
        wanted["owner_id"] = who.id if wanted["owner_id"] == "me" else _person(wanted["owner_id"])
    by, after = (order.field, order.direction), order.after(cursor)
    if q:
        rows = repository.found_courses(who.id, wanted, _all_words(q), by, after, limit)
    else:
        rows = repository.visible_courses(who.id, wanted, by, after, limit)
    enrolled = learners.in_courses(who.id, [row["_id"] for row in rows])
    return [{**row, "role": role_in(row, who, enrolled.get(row["_id"]))} for row in rows]


def _all_words(q: str) -> str:
    """Each word as a phrase of its own: MongoDB finds any of several words, but all of several phrases."""
    words = q.replace('"', " ").replace("\\", " ").split()
    return " ".join(f'"{word}"' for word in words)


def _person(text: str) -> ObjectId:
    try:
        return ObjectId(text)
    except InvalidId:
        raise Invalid(errors=[{"pointer": "?owner", "message": "is neither an id nor 'me'"}]) from None
