"""What a quiz asks: fixed questions, and draws from pools that must hold enough for each attempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms.errors import Invalid
from lms.mongo import Document, Transaction
from lms.quizzes import repository
from lms.quizzes.limits import MOST_ITEMS

if TYPE_CHECKING:
    from lms.quizzes.models.items import DrawItem, FixedItem

_MOST_BYTES = 4_000_000
"""Of all questions of an attempt together: it is answered whole."""

Item = Mapping[str, Any]


def stored(
    tx: Transaction, course_id: ObjectId, quiz_id: ObjectId, given: Sequence[FixedItem | DrawItem]
) -> list[Document]:
    """The items as the quiz keeps them, the questions noted as used by it.

    Raise 422, with the place, for a question that stands twice or is not the course's, for a draw from a pool that
    is too small, and for more than a quiz can hold.
    """
    items = [_document(item) for item in given]
    fixed = [item["question_id"] for item in items if item["kind"] == "question"]
    found = {row["_id"]: row for row in repository.sizes(tx, course_id, fixed)}
    if errors := [*_repeated(items), *_unknown(items, found)]:
        raise Invalid(errors=errors)
    pools = _pools(tx, course_id, items)
    if short := _shortages(items, found, pools):
        raise Invalid(errors=[_too_small(index, available) for index, available in short.items()])
    _require_room(items, found, pools)
    repository.take_questions(tx, course_id, quiz_id, fixed)
    repository.release_questions(tx, quiz_id, keep=fixed)
    return items


def count(items: Sequence[Item]) -> int:
    """How many questions an attempt has."""
    return sum(item.get("count", 1) for item in items)


def shortages(tx: Transaction, course_id: ObjectId, items: Sequence[Item]) -> dict[int, int]:
    """For each draw, by its index, whose pool has become too small: how many questions there are for it."""
    fixed = [item["question_id"] for item in items if item["kind"] == "question"]
    found = {row["_id"]: row for row in repository.sizes(tx, course_id, fixed)}
    return _shortages(items, found, _pools(tx, course_id, items))


def _document(item: FixedItem | DrawItem) -> Document:
    if item.kind == "question":
        return {"kind": item.kind, "question_id": ObjectId(item.question_id), "points": item.points}
    return item.model_dump()


def _repeated(items: Sequence[Item]) -> Iterator[dict[str, str]]:
    seen = set()
    for index, item in enumerate(items):
        question_id = item.get("question_id")
        if question_id in seen:
            yield {"pointer": f"/items/{index}/question_id", "message": "stands in the quiz twice"}
        if question_id:
            seen.add(question_id)


def _unknown(items: Sequence[Item], found: Mapping[ObjectId, Document]) -> Iterator[dict[str, str]]:
    for index, item in enumerate(items):
        if item["kind"] == "question" and item["question_id"] not in found:
            yield {"pointer": f"/items/{index}/question_id", "message": "names no question of this course"}


def _pools(tx: Transaction, course_id: ObjectId, items: Sequence[Item]) -> dict[str, Document]:
    names = {item["pool"] for item in items if item["kind"] == "draw"}
    return repository.pools(tx, course_id, sorted(names)) if names else {}


def _shortages(
    items: Sequence[Item], found: Mapping[ObjectId, Document], pools: Mapping[str, Document]
) -> dict[int, int]:
    """What the quiz holds anyway is not drawn, and what one draw takes is gone for the next."""
    fixed = Counter(row["pool"] for row in found.values())
    left = {name: row["count"] - fixed[name] for name, row in pools.items()}
    short = {}
    for index, item in enumerate(items):
        if item["kind"] == "draw":
            available = max(0, left.get(item["pool"], 0))
            left[item["pool"]] = available - item["count"]
            if left[item["pool"]] < 0:
                short[index] = available
    return short


def _too_small(index: int, available: int) -> dict[str, str]:
    return {"pointer": f"/items/{index}/count", "message": f"the pool has {available} questions for this draw"}


def _require_room(items: Sequence[Item], found: Mapping[ObjectId, Document], pools: Mapping[str, Document]) -> None:
    if count(items) > MOST_ITEMS:
        message = f"a quiz asks at most {MOST_ITEMS} questions"
        raise Invalid(errors=[{"pointer": "/items", "message": message}])
    drawn = sum(item["count"] * pools[item["pool"]]["size"] for item in items if item["kind"] == "draw")
    if sum(row["size"] for row in found.values()) + drawn > _MOST_BYTES:
        message = f"the questions of an attempt hold at most {_MOST_BYTES} bytes together"
        raise Invalid(errors=[{"pointer": "/items", "message": message}])
