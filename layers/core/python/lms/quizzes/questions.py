"""A question as the bank keeps it: what its author wrote, and the HTML made from that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from bson import ObjectId
from pydantic_core import to_json

from lms import markdown
from lms.courses.states import Origin
from lms.errors import Invalid
from lms.mongo import Document
from lms.quizzes import texts

if TYPE_CHECKING:
    from lms.quizzes.contents import Question

FIELDS = ("title", "prompt", "content", "points", "feedback", "hints", "skills", "pool")
"""What an author writes: the fields of ``Question``."""

MOST_BYTES = 500_000
"""Of a question with its HTML, as JSON."""


def document(question: Question, course_id: ObjectId, now: datetime, **provenance: Any) -> Document:
    """A new question. ``provenance`` says where it comes from: ``lesson_id``, ``evidence``,
    ``difficulty``, ``source``, ``origin``, ``reviewed``.

    Raise 422 where it is too large or its markup breaks it.
    """
    return {
        "_id": ObjectId(),
        "course_id": course_id,
        "lesson_id": None,
        **written(question),
        "evidence": "",
        "difficulty": None,
        "source": None,
        "origin": Origin.PERSON,
        "reviewed": None,
        **provenance,
        "used_in": [],
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }


def written(question: Question) -> Document:
    """The fields that follow from what the author wrote. ``size`` in bytes is what a page and a quiz count by."""
    fields = {**question.model_dump(), "html": texts.rendered(question), "html_version": markdown.VERSION}
    size = len(to_json(fields))
    if size > MOST_BYTES:
        message = f"the question holds more than {MOST_BYTES} bytes together with its HTML"
        raise Invalid(errors=[{"pointer": "/prompt", "message": message}])
    return {**fields, "size": size}


def parsed(stored: Mapping[str, Any]) -> Question:
    """What the author wrote, from a question or one of its versions: it has a ``Question``'s fields, and nothing
    else of it.

    All of it was checked before it was kept, and whole. ``Question`` and its nine kinds are 22 models, which take
    a tenth of a cold start: who only reads a question tells its kind by ``kind``.
    """
    return cast("Question", _read({name: stored[name] for name in FIELDS}))


def _read(value: Any) -> Any:
    """As it stands in MongoDB, its fields read by attribute."""
    match value:
        case dict():
            return SimpleNamespace(**{name: _read(inner) for name, inner in value.items()})
        case list():
            return [_read(inner) for inner in value]
        case _:
            return value


def shown(stored: Mapping[str, Any]) -> Document:
    """With HTML of the present make, rendered again where an older one made it."""
    if stored["html_version"] == markdown.VERSION:
        return dict(stored)
    return {**stored, "html": texts.rendered(parsed(stored))}
