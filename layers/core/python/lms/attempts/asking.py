"""What an attempt asks: drawn and ordered at its start, with the questions as they were then."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.attempts import arrangement, drawing
from lms.mongo import Document
from lms.quizzes import pinned
from lms.quizzes.pinned import Pinned


def drawn(course_id: ObjectId, quiz: Mapping[str, Any], rng: random.Random) -> list[Document]:
    """What an attempt asks: the questions at their present version, each with the order of what it offers."""
    pools = pinned.in_pools(course_id, [item["pool"] for item in quiz["items"] if item["kind"] == "draw"])
    chosen = drawing.draw(quiz["items"], pools, rng, shuffle=quiz["shuffle_questions"])
    asked = pinned.current(each.question_id for each in chosen)
    return [_item(number, each, asked[each.question_id], quiz, rng) for number, each in enumerate(chosen, 1)]


def _item(
    number: int, drawn: drawing.Drawn, asked: Pinned, quiz: Mapping[str, Any], rng: random.Random
) -> Document:
    return {
        "id": str(number),
        "question_id": drawn.question_id,
        "version": asked.version,
        "points": asked.question.points if drawn.points is None else drawn.points,
        "order": arrangement.order(asked.question.content, rng, shuffle=quiz["shuffle_options"]),
        "hints": quiz["show_hints"],
    }


def questions(items: Sequence[Mapping[str, Any]]) -> dict[str, Pinned]:
    """The questions of an attempt's items, by the items' ids."""
    found = pinned.at_versions((item["question_id"], item["version"]) for item in items)
    return {item["id"]: found[item["question_id"], item["version"]] for item in items}
