"""What a regrade of a question makes of the results of those who were asked it.

A regrade holds for the versions that the question had until then: for attempts that are handed in, and for those
that ask one of these versions and are handed in later. A later one decides anew. Points that a person has given
stay, whatever becomes of the key; dropping the question takes them out of the sum like all others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lms.attempts import arrangement, scoring
from lms.mongo import Document
from lms.quizzes import pinned
from lms.quizzes.pinned import Pinned

if TYPE_CHECKING:
    from lms.quizzes.contents import Choice, Content, Question

Rows = Sequence[Mapping[str, Any]]


def corrected(
    items: Rows,
    rows: Sequence[Document],
    answers: Mapping[str, Any],
    regrade: Mapping[str, Any],
    key: Question | None,
) -> list[Document]:
    """The result ``rows`` of an attempt after ``regrade``; ``key`` is None where that brings no other key."""
    after = list(rows)
    for index, item in enumerate(items):
        if item["question_id"] == regrade["question_id"] and item["version"] <= regrade["through_version"]:
            value = answers[item["id"]]["value"] if item["id"] in answers else None
            after[index] = _corrected(item, after[index], value, regrade, key)
    if regrade["never_lower"] and _share(items, after) < _share(items, rows):
        return list(rows)
    return after


def corrected_by_all(
    items: Rows, rows: list[Document], answers: Mapping[str, Any], regrades: Iterable[Mapping[str, Any]]
) -> list[Document]:
    """After the ``regrades`` of all its questions, in their order."""
    for regrade in regrades:
        rows = corrected(items, rows, answers, regrade, key_of(regrade))
    return rows


def key_of(regrade: Mapping[str, Any]) -> Question | None:
    if regrade["key_version"] is None:
        return None
    pin = (regrade["question_id"], regrade["key_version"])
    return pinned.at_versions([pin])[pin].question


def _corrected(
    item: Mapping[str, Any], row: Document, value: Any, regrade: Mapping[str, Any], key: Question | None
) -> Document:
    if regrade["action"] == "drop":
        return {**row, "dropped": True}
    if row.get("dropped"):
        row = {**row, "dropped": False}
    if row["graded_by"]:
        return row
    if key is None:
        return {**row, "fraction": 1.0}
    if not fits(item, key):
        return row
    result = scoring.score(key, value)
    if regrade["action"] == "accept_both" and (row["fraction"] or 0.0) > (result.fraction or 0.0):
        return row
    version = regrade["key_version"]
    return {**row, "fraction": result.fraction, "chosen": list(result.chosen), "key_version": version}


def fits(item: Mapping[str, Any], key: Question) -> bool:
    """Whether the version that was asked offered what ``key`` speaks of."""
    pin = (item["question_id"], item["version"])
    return offered(pinned.at_versions([pin])[pin].question.content) == offered(key.content)


def _share(items: Rows, rows: Rows) -> float:
    """Of the points that count; all where none do. A penalty for lateness never turns the order of two shares."""
    counted = [
        (item["points"], row["fraction"] or 0.0)
        for item, row in zip(items, rows, strict=True)
        if not row.get("dropped")
    ]
    possible = math.fsum(points for points, _ in counted)
    return math.fsum(points * fraction for points, fraction in counted) / possible if possible else 1.0


def offered(content: Content) -> tuple[object, ...]:
    """What a learner is given to choose from, apart from what counts as right. Of an ordering question the sequence
    is the key, of a matching one who belongs to whom."""
    match content.kind:
        case "single" | "multiple":
            return content.kind, *_texts(content.options)
        case "matching":
            prompts = [(pair.id, pair.prompt) for pair in content.pairs]
            return content.kind, *prompts, *sorted(arrangement.answers(content))
        case "ordering":
            return content.kind, *sorted((item.id, item.text) for item in content.items)
        case "cloze":
            gaps = [(gap.id, gap.kind, _texts(gap.options) if gap.kind == "single" else ()) for gap in content.gaps]
            return content.kind, *gaps
        case _:
            return (content.kind,)


def _texts(options: Sequence[Choice]) -> tuple[tuple[str, str], ...]:
    return tuple((option.id, option.text) for option in options)


def rekeyed(
    items: Rows, rows: Mapping[str, Mapping[str, Any]], asked: Mapping[str, Pinned]
) -> tuple[list[Document], dict[str, Pinned]]:
    """An attempt's items and questions with the key and the feedback that its ``rows`` are scored by; what learners
    saw stays, and shown ids go on meaning the same."""
    versions = {_id: row["key_version"] for _id, row in rows.items() if row.get("key_version")}
    pins = {item["id"]: (item["question_id"], versions[item["id"]]) for item in items if item["id"] in versions}
    keys = pinned.at_versions(pins.values())
    moved, shown = [], {}
    for item in items:
        before = asked[item["id"]]
        after = keys[pins[item["id"]]] if item["id"] in pins else before
        order = arrangement.transferred(before.question.content, after.question.content, item["order"])
        moved.append({**item, "order": order})
        html = {**after.html, "prompt": before.html["prompt"]}
        shown[item["id"]] = Pinned(before.version, after.question, html)
    return moved, shown
