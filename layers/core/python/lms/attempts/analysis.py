"""The item analysis of a quiz, over each learner's first attempt that is wholly graded.

Handing in and grading write no sums, so that nobody waits for anybody there: a learner's result is marked as not
counted, and the next reading takes it in. What was counted for a learner before stands beside the result, so that
exactly that is taken out again: after a regrade, another grade, or an earlier attempt that is graded late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import mongo
from lms.attempts import repository, statistics
from lms.attempts.statistics import ItemScore, Sums
from lms.courses.access import CourseAccess
from lms.mongo import Document, Transaction
from lms.quizzes import items, pinned

if TYPE_CHECKING:
    from lms.attempts.models.figures import ItemFigures

_MOST_LEARNERS = 5_000
_MOST_SCORES = 40_000
"""Taken in by one transaction."""

_MOST_HTML = 2_000_000
"""Characters of prompts in one answer."""

Steps = dict[tuple[str, str], dict[str, float]]
"""What to increase, by a document's kind and key, and its field."""


def of(access: CourseAccess) -> Document:
    quiz = access.resource
    take_in(quiz)
    documents = repository.statistics_of(quiz["_id"])
    totals = next((each for each in documents if each["kind"] == "quiz"), {})
    form = repository.largest_form(quiz["_id"])
    figures = statistics.quiz_figures(totals, form).model_dump()
    return {**figures, "items": _items([each for each in documents if each["kind"] == "item"])}


def take_in(quiz: Mapping[str, Any]) -> None:
    """Count what is not counted yet. Of several readers at once each learner is counted by one."""
    limit = max(1, min(_MOST_LEARNERS, _MOST_SCORES // max(1, items.count(quiz["items"]))))
    waiting = repository.is_uncounted(quiz["_id"])
    while waiting:
        waiting = mongo.transaction(lambda tx: _take_in(tx, quiz["_id"], limit)) == limit


def _take_in(tx: Transaction, quiz_id: ObjectId, limit: int) -> int:
    """Return how many learners there were to count."""
    waiting = repository.uncounted(tx, quiz_id, limit)
    first = repository.first_graded(tx, quiz_id, [row["user_id"] for row in waiting])
    steps: Steps = {}
    counted: dict[ObjectId, list[Document] | None] = {}
    for row in waiting:
        before = row.get("counted")
        after = _scores(first[row["user_id"]]) if row["user_id"] in first else None
        counted[row["_id"]] = after
        if before != after:
            _increase(steps, before, -1)
            _increase(steps, after, 1)
    repository.mark_counted(tx, counted)
    repository.add_to_statistics(tx, quiz_id, steps)
    return len(waiting)


def _scores(attempt: Mapping[str, Any]) -> list[Document] | None:
    """None where nothing counts: all questions were dropped."""
    rows = zip(attempt["items"], attempt["results"], strict=True)
    scores = [
        {
            "item": str(item["question_id"]),
            "fraction": row["fraction"],
            "points": item["points"],
            "chosen": row["chosen"],
        }
        for item, row in rows
        if not row.get("dropped")
    ]
    return scores or None


def _increase(steps: Steps, scores: Sequence[Mapping[str, Any]] | None, sign: int) -> None:
    if scores is None:
        return
    given = [ItemScore(row["item"], row["fraction"], row["points"], tuple(row["chosen"])) for row in scores]
    increments = statistics.increments(given, sign)
    _add(steps, ("quiz", ""), increments.quiz)
    _add(steps, ("form", increments.form_id), increments.form)
    for item, item_steps in increments.items.items():
        _add(steps, ("item", item), item_steps)


def _add(steps: Steps, document: tuple[str, str], increments: Mapping[str, float]) -> None:
    sums = steps.setdefault(document, {})
    for name, step in increments.items():
        sums[name] = sums.get(name, 0.0) + step


def _items(documents: Iterable[Sums]) -> list[Document]:
    """The figures of each question that somebody was asked, in the order in which the questions were made."""
    figures = {ObjectId(each["key"]): statistics.item_figures(each) for each in documents}
    asked = {_id: each for _id, each in sorted(figures.items()) if each.count}
    return list(_described(asked))


def _described(figures: Mapping[ObjectId, ItemFigures]) -> Iterator[Document]:
    questions = pinned.current(figures) if figures else {}
    room = _MOST_HTML
    for _id, each in figures.items():
        asked = questions[_id]
        html = asked.html["prompt"]
        room -= len(html)
        yield {
            **each.model_dump(),
            "question_id": _id,
            "kind": asked.question.content.kind,
            "title": asked.question.title,
            "html": html if room >= 0 else None,
        }
