"""What an attempt is worth, and what the learner's attempts are worth together.

Percentages are rounded to be kept and shown. What goes on with them takes the exact share of what is possible.
"""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from bson import ObjectId

from lms import clock
from lms.attempts import repository, window
from lms.mongo import Document, Transaction
from lms.progress import scores
from lms.quizzes import policies

_PRECISION = 6


def settle(
    tx: Transaction, quiz: Mapping[str, Any], attempt: Mapping[str, Any], fields: Mapping[str, Any]
) -> Document | None:
    """Write ``fields`` of an attempt that is handed in, with its score by its quiz's policies, and all that hangs
    on that; None where another write came between."""
    after = {**attempt, **fields}
    written = repository.change(tx, attempt["_id"], attempt["version"], {**fields, **worth(quiz, after)})
    if written:
        count(tx, quiz, written)
    return written


def redate(tx: Transaction, attempt_id: ObjectId, dates: Mapping[str, Any]) -> None:
    """Give an attempt other dates; one that is handed in may be late by another time then."""
    attempt = repository.attempt(attempt_id, tx)
    assert attempt is not None, "attempts are never removed"
    if attempt["status"] == "open":
        repository.change(tx, attempt_id, attempt["version"], dates)
    else:
        settle(tx, policies.of(attempt["quiz_id"], tx), attempt, dates)


def worth(quiz: Mapping[str, Any], attempt: Mapping[str, Any]) -> Document:
    """``raw`` and ``possible`` points, the ``penalty`` for lateness apart from them, ``score`` and ``percent`` once
    all is graded. Where all questions were dropped, nobody has missed any."""
    rows = {row["item_id"]: row for row in attempt["results"]}
    counted = [item for item in attempt["items"] if not rows[item["id"]].get("dropped")]
    possible = _rounded(item["points"] for item in counted)
    raw = _rounded((rows[item["id"]]["fraction"] or 0.0) * item["points"] for item in counted)
    graded = all(rows[item["id"]]["fraction"] is not None for item in counted)
    late = window.late_seconds(attempt, attempt["submitted_at"])
    penalty = _rounded([window.penalty(quiz["late_policy"], late, raw, possible)])
    score = _rounded([raw, -penalty])
    percent = percentage(share({"score": score, "possible": possible}))
    return {
        "status": "graded" if graded else "submitted",
        "score": {
            "raw": raw,
            "possible": possible,
            "late_seconds": late,
            "penalty": penalty,
            "score": score if graded else None,
            "percent": percent if graded else None,
            "passed": _passed(quiz, percent) if graded else None,
        },
    }


def _rounded(points: Any) -> float:
    return round(math.fsum(points), _PRECISION)


def share(score: Mapping[str, Any]) -> Fraction:
    """Of the ``possible`` points, which is all where none are."""
    earned, possible = (Fraction(str(score[name])) for name in ("score", "possible"))
    return earned / possible if possible else Fraction(1)


def percentage(share: Fraction) -> float:
    return float(round(100 * share, _PRECISION))


def _passed(quiz: Mapping[str, Any], percent: float) -> bool | None:
    """None where the quiz cannot be failed."""
    return None if quiz["passing_percent"] is None else percent >= quiz["passing_percent"]


def count(tx: Transaction, quiz: Mapping[str, Any], attempt: Mapping[str, Any]) -> None:
    """Bring the learner's result of the quiz up to date, and their progress with it."""
    user_id = attempt["user_id"]
    graded = repository.graded_scores(tx, attempt["quiz_id"], [user_id])[user_id]
    result = _result(quiz, attempt["course_id"], user_id, graded)
    repository.save_results(tx, [result])
    if result["percent"] is not None:
        passed = result["passed"] is not False
        scores.quiz_graded(tx, attempt["course_id"], user_id, attempt["quiz_id"], result["percent"], passed)


def _result(
    quiz: Mapping[str, Any], course_id: ObjectId, user_id: ObjectId, graded: Sequence[Mapping[str, Any]]
) -> Document:
    whole = combined(quiz["score_policy"], [share(score) for score in graded])
    percent = None if whole is None else percentage(whole)
    return {
        "quiz_id": quiz["_id"],
        "user_id": user_id,
        "course_id": course_id,
        "share": None if whole is None else str(whole),
        "percent": percent,
        "passed": None if percent is None else _passed(quiz, percent),
        "graded_attempts": len(graded),
        "updated_at": clock.now(),
    }


def settle_each(
    tx: Transaction, quizzes: Mapping[ObjectId, Mapping[str, Any]], changes: Sequence[tuple[Document, Document]]
) -> None:
    """As ``settle``, of many attempts of a course that this transaction has read, each with its update: the round
    trips grow with the quizzes alone, and with the lessons that learners complete by it."""
    repository.change_each(tx, changes)
    learners: dict[ObjectId, dict[ObjectId, ObjectId]] = {}
    for attempt, _ in changes:
        learners.setdefault(attempt["quiz_id"], {})[attempt["user_id"]] = attempt["course_id"]
    for quiz_id, course_of in learners.items():
        scored = repository.graded_scores(tx, quiz_id, list(course_of))
        rows = [_result(quizzes[quiz_id], course_of[user_id], user_id, each) for user_id, each in scored.items()]
        repository.save_results(tx, rows)
        graded = {
            row["user_id"]: (row["percent"], row["passed"] is not False)
            for row in rows
            if row["percent"] is not None
        }
        scores.quizzes_graded(tx, next(iter(course_of.values())), quiz_id, graded)


def recount(tx: Transaction, attempt: Mapping[str, Any]) -> None:
    """After an attempt no longer counts."""
    count(tx, policies.of(attempt["quiz_id"], tx), attempt)


def combined(policy: str, shares: Sequence[Fraction]) -> Fraction | None:
    """What graded attempts, in their order, count together."""
    if not shares:
        return None
    match policy:
        case "best":
            return max(shares)
        case "last":
            return shares[-1]
        case _:
            return sum(shares, Fraction(0)) / len(shares)
