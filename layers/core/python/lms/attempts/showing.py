"""An attempt as its learner and as graders see it: keys, feedback and results leave only when they are released."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lms import clock
from lms.attempts import asking, corrections, finishing, presentation, repository, scoring
from lms.attempts.access import require_theirs
from lms.attempts.answers import Standing, digest
from lms.attempts.responses import shown as shown_response
from lms.blind import pseudonyms
from lms.blind.pseudonyms import Pseudonyms
from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.mongo import Document
from lms.quizzes import policies
from lms.quizzes.pinned import Pinned

_DATES = ("deadline_at", "ends_at", "due_at")


def read(access: CourseAccess) -> Document:
    require_theirs(access, access.resource)
    return view(access, finishing.settled(access.resource))


def view(access: CourseAccess, attempt: Mapping[str, Any]) -> Document:
    return shown(access, attempt, policies.of(attempt["quiz_id"]))


def shown(access: CourseAccess, attempt: Mapping[str, Any], quiz: Mapping[str, Any]) -> Document:
    """The attempt with its questions, by what its ``quiz`` says of feedback and of names."""
    now = clock.now()
    grader = access.may("attempt.grade")
    released = grader or is_released(attempt, quiz, now)
    standing = Standing.of(attempt)
    rows = {row["item_id"]: row for row in attempt["results"]}
    items, asked = attempt["items"], asking.questions(attempt["items"])
    if released:
        items, asked = corrections.rekeyed(items, rows, asked)
    return {
        **summary(access, attempt, quiz, _pseudonyms(access, quiz)),
        "now": now,
        "clients": {client: max(said.values()) for client, said in standing.said.items() if said},
        "hash": digest(standing),
        "released": released,
        "items": [
            _item(item, asked[item["id"]], standing.in_force.get(item["id"]), rows.get(item["id"]), released)
            for item in items
        ],
    }


def variant(shown: Mapping[str, Any]) -> str:
    return "blind" if shown["blind"] else "released" if shown["released"] else ""


def _pseudonyms(access: CourseAccess, quiz: Mapping[str, Any]) -> Pseudonyms | None:
    return pseudonyms.needed(quiz) if access.may("attempt.grade") else None


def is_released(attempt: Mapping[str, Any], quiz: Mapping[str, Any], now: datetime) -> bool:
    """Whether the learner may see keys, feedback and results: never of a running attempt nor while grading is
    blind, and after the closing only where everyone's own time in the quiz, this learner's, is over."""
    release = quiz["feedback_release"]
    if attempt["status"] == "open" or release == "never" or pseudonyms.are_needed(quiz):
        return False
    return release == "now" or (attempt["closes_at"] is not None and attempt["closes_at"] <= now)


def is_score_released(attempt: Mapping[str, Any], quiz: Mapping[str, Any], now: datetime) -> bool:
    """Whether the learner may see the score: nothing that would tell which answers are right before that is
    released; where it never is, the total alone."""
    if quiz["feedback_release"] == "never":
        return attempt["status"] == "graded" and not pseudonyms.are_needed(quiz)
    return is_released(attempt, quiz, now)


def summary(
    access: CourseAccess, attempt: Mapping[str, Any], quiz: Mapping[str, Any], named: Pseudonyms | None
) -> Document:
    """Without questions; under its pseudonym where the learners are ``named`` by such ones."""
    known = access.may("attempt.grade") or is_score_released(attempt, quiz, clock.now())
    return {**under(named, attempt), "score": attempt["score"] if known else None}


def under(named: Pseudonyms | None, attempt: Mapping[str, Any]) -> Document:
    """The attempt under its pseudonym: without its dates, since those of one alone would tell who that is."""
    if named is None:
        return {**attempt, "blind": False}
    return {**attempt, "blind": True, "user_id": named.of(attempt["user_id"]), **dict.fromkeys(_DATES)}


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """The quiz's attempts in the order in which they began: a learner's own, to graders everyone's."""
    wanted = {} if access.may("attempt.grade") else {"user_id": access.caller.id}
    rows = repository.page_of_attempts(access.resource["_id"], wanted, decode_id(cursor), limit)
    named = _pseudonyms(access, access.resource)
    return [summary(access, row, access.resource, named) for row in rows]


def _item(
    item: Mapping[str, Any],
    asked: Pinned,
    entry: Mapping[str, Any] | None,
    row: Mapping[str, Any] | None,
    released: bool,
) -> Document:
    question, order = asked.question, item["order"]
    value = entry["value"] if entry else None
    open_to_review = released and row is not None
    if open_to_review:
        seen = presentation.reviewed(question, asked.html, order, value, scoring.score(question, value))
    else:
        seen = presentation.presented(question, asked.html, order, hints=item["hints"])
    return {
        "id": item["id"],
        "points": item["points"],
        "question": seen,
        "answer": {**entry, "value": shown_response(question.content, order, value)} if entry else None,
        "result": row if open_to_review else None,
    }


def preview(access: CourseAccess) -> Document:
    """What an attempt might ask, as its learner would see it."""
    items = asking.drawn(access.course_id, access.resource, random.SystemRandom())
    asked = asking.questions(items)
    return {"items": [_item(item, asked[item["id"]], None, None, released=False) for item in items]}
