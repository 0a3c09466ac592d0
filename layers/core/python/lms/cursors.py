"""Opaque cursors: a row's place in its list, as a client carries it to the next page."""

import base64
import json
from typing import Any

from bson import ObjectId
from pydantic_core import to_json

from lms.errors import Invalid


def encode_cursor(place: Any) -> str:
    return base64.urlsafe_b64encode(to_json(place)).decode().rstrip("=")


def decode_id(cursor: str | None) -> ObjectId | None:
    """The id that a cursor of a list in the order of ids stands for, None for the first page."""
    place = decode_cursor(cursor)
    if place is None or ObjectId.is_valid(place):
        return ObjectId(place) if place else None
    raise not_a_cursor()


def decode_number(cursor: str | None) -> int | None:
    """The number that a cursor of a list in the order of numbers stands for, None for the first page."""
    place = decode_cursor(cursor)
    if place is None or (type(place) is int and abs(place) < 2**53):
        return place
    raise not_a_cursor()


def decode_cursor(cursor: str | None) -> Any:
    """The place that a cursor stands for, None for the first page."""
    if not cursor:
        return None
    try:
        return json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except ValueError:
        raise not_a_cursor() from None


def not_a_cursor() -> Invalid:
    """What to raise where a cursor's place is none of the list's."""
    return Invalid(errors=[{"pointer": "?cursor", "message": "is not a cursor of this list"}])
