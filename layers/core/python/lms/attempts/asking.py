"""What an attempt asks: drawn and ordered at its start, with the questions as they were then."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms.attempts import arrangement, drawing
from lms.errors import Conflict
from lms.mongo import Document
from lms.quizzes import pinned
from lms.quizzes.pinned import Pinned

if TYPE_CHECKING:
    from lms.quizzes.contents import Question

_MOST_BYTES = 5_000_000
"""Of an attempt's questions as HTML: it is answered whole, and a Lambda's answer holds 6 MB."""


def drawn(course_id: ObjectId, quiz: Mapping[str, Any], rng: random.Random) -> list[Document]:
    """What an attempt asks: the questions at their present version, each with the order of what it offers.

    Raise 409 QUIZ_TOO_LARGE where they have grown, since the quiz took them, to more than one answer can carry.
    """
    pools = pinned.in_pools(course_id, [item["pool"] for item in quiz["items"] if item["kind"] == "draw"])
    chosen = drawing.draw(quiz["items"], pools, rng, shuffle=quiz["shuffle_questions"])
    asked = pinned.current(each.question_id for each in chosen)
    if sum(len(text.encode()) for each in asked.values() for text in each.html.values()) > _MOST_BYTES:
        raise Conflict("The questions of this quiz are too large to be asked together", code="QUIZ_TOO_LARGE")
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
        **_rubric(asked.question),
    }


def _rubric(question: Question) -> Document:
    """The version in force of the one that an essay is graded along."""
    rubric_id = getattr(question.content, "rubric_id", None)
    if rubric_id is None:
        return {}
    # Imported here: few questions are essays.
    from lms.rubrics import rubrics

    latest = rubrics.latest(ObjectId(rubric_id))
    return {"rubric": {"id": latest["_id"], "version": latest["version"]}}


def questions(items: Sequence[Mapping[str, Any]]) -> dict[str, Pinned]:
    """The questions of an attempt's items, by the items' ids."""
    found = pinned.at_versions((item["question_id"], item["version"]) for item in items)
    return {item["id"]: found[item["question_id"], item["version"]] for item in items}
