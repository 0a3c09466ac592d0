"""What graders do to an attempt: points for essays, more time, another go. Each leaves a row of history."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import audit, clock, events, mongo
from lms.attempts import finishing, repository, results, showing
from lms.courses.access import CourseAccess
from lms.courses.changes import current
from lms.errors import Conflict, Invalid
from lms.grades import scoring
from lms.grading import essay_suggestions, parts
from lms.mongo import Document, Transaction
from lms.quizzes import policies
from lms.rubrics import points, rubrics

if TYPE_CHECKING:
    from lms.attempts.models.grading import GradeBody, ItemGrade


def grade(access: CourseAccess, body: GradeBody, expected: int) -> Document:
    """Say the points of items, of essays and, where a grader overrules the key, of others.

    Raise 409 ATTEMPT_OPEN while it runs, 412 where it is no longer at the ``expected`` version, 422 for items that
    are not there, more points than an item has, what the rubric does not give, and, WHY_NEEDED, for a change
    without a why of what the learner has seen.
    """

    def work(tx: Transaction) -> Document:
        attempt = current(repository.attempt(access.resource["_id"], tx), expected)
        if attempt["status"] == "open":
            raise Conflict("The attempt is still running", code="ATTEMPT_OPEN")
        given = dict(_given(tx, attempt, body, access.caller.id))
        rows = [{**row, **given.get(row["item_id"], {})} for row in attempt["results"]]
        said = [
            {"item_id": row["item_id"], "from": row["fraction"], "to": given[row["item_id"]]["fraction"]}
            for row in attempt["results"]
            if row["item_id"] in given
        ]
        if body.why is None:
            _require_unseen(tx, attempt, said)
        why = {"why": body.why} if body.why else {}
        return _written(tx, access, attempt, "graded", {"results": rows}, items=said, **why)

    return mongo.transaction(work)


def _given(
    tx: Transaction, attempt: Mapping[str, Any], body: GradeBody, grader_id: ObjectId
) -> Iterator[tuple[str, Document]]:
    """By item, what the grader says."""
    items = {item["id"]: item for item in attempt["items"]}
    suggested = essay_suggestions.latest(attempt, tx)
    for index, each in enumerate(body.items):
        item = items.get(each.item_id)
        if item is None:
            raise Invalid(errors=[{"pointer": f"/items/{index}/item_id", "message": "is no item of this attempt"}])
        graded = _along_rubric(item, each, index) if each.criteria else _by_points(item, each, index)
        ai = parts.part(suggested[each.item_id], "suggested") if each.item_id in suggested else None
        yield each.item_id, {**graded, "graded_by": grader_id, "comment": each.comment, "ai": ai}


def _by_points(item: Mapping[str, Any], given: ItemGrade, index: int) -> Document:
    assert given.points is not None, "without criteria there are points"
    if given.points > item["points"]:
        message = f"is more than the item's {item['points']:g} points"
        raise Invalid(errors=[{"pointer": f"/items/{index}/points", "message": message}])
    return {"fraction": given.points / item["points"], "criteria": []}


def _along_rubric(item: Mapping[str, Any], given: ItemGrade, index: int) -> Document:
    """The share of the rubric's points; criteria with the names that the rubric had at the attempt's start."""
    assert given.criteria is not None, "asked for by who has checked that"
    pin = item.get("rubric")
    if pin is None:
        message = "need a rubric: the question has none"
        raise Invalid(errors=[{"pointer": f"/items/{index}/criteria", "message": message}])
    rubric = rubrics.pinned(None, pin["id"], pin["version"])
    try:
        found = scoring.criteria(given.criteria, rubric)
    except Invalid as invalid:
        rows = [{**row, "pointer": f"/items/{index}{row['pointer']}"} for row in invalid.errors]
        raise Invalid(errors=rows) from None
    known = {each["id"]: each for each in rubric["criteria"]}
    criteria = [{**each, **_named(each, known[each["criterion_id"]])} for each in found]
    total = sum(points.decimal(each["points"]) for each in found)
    return {"fraction": float(total / points.decimal(rubric["points"])), "criteria": criteria}


def _named(given: Mapping[str, Any], criterion: Mapping[str, Any]) -> Document:
    titles = {level["id"]: level["title"] for level in criterion["levels"]}
    worth = max(level["points"] for level in criterion["levels"])
    return {"title": criterion["title"], "level": titles.get(given["level_id"]), "worth": worth}


def _require_unseen(tx: Transaction, attempt: Mapping[str, Any], said: Sequence[Mapping[str, Any]]) -> None:
    seen = showing.is_score_released(attempt, policies.of(attempt["quiz_id"], tx), clock.now())
    if seen and any(each["from"] not in (None, each["to"]) for each in said):
        message = "is needed: the learner has seen this result"
        raise Invalid(errors=[{"pointer": "/why", "message": message}], code="WHY_NEEDED")


def extend(access: CourseAccess, minutes: int, expected: int | None) -> Document:
    """Give a running attempt more time: its deadline, its closing and its due date move alike.

    Raise 409 ATTEMPT_CLOSED for one that is handed in: reopen it.
    """
    finishing.settled(access.resource)

    def work(tx: Transaction) -> Document:
        attempt = current(repository.attempt(access.resource["_id"], tx), expected)
        if attempt["status"] != "open":
            raise Conflict("The attempt is handed in: reopen it to give more time", code="ATTEMPT_CLOSED")
        return _changed(tx, access, attempt, "extended", _later(attempt, minutes), minutes=minutes)

    return mongo.transaction(work)


def _later(attempt: Mapping[str, Any], minutes: int) -> Document:
    more = timedelta(minutes=minutes)
    moments = {name: attempt[name] and attempt[name] + more for name in _DATES}
    return {**moments, "extension_minutes": attempt["extension_minutes"] + minutes}


_DATES = ("deadline_at", "ends_at", "due_at", "closes_at")


def reopen(access: CourseAccess, minutes: int | None, expected: int | None) -> Document:
    """Let the learner go on with an attempt that is handed in: its answers stay, its results are made anew.

    Raise 409 ATTEMPT_OPEN while it runs or another of the learner's does.
    """

    def work(tx: Transaction) -> Document:
        attempt = current(repository.attempt(access.resource["_id"], tx), expected)
        if attempt["status"] == "open":
            raise Conflict("The attempt is open", code="ATTEMPT_OPEN")
        if repository.has_open(tx, attempt["quiz_id"], attempt["user_id"]):
            raise Conflict("Another attempt of this learner is open", code="ATTEMPT_OPEN")
        fields = {
            "status": "open",
            "submitted_at": None,
            "submitted_by": None,
            "results": [],
            "score": None,
            **_running(attempt, minutes),
        }
        reopened = _changed(tx, access, attempt, "reopened", fields, before=attempt["score"])
        results.recount(tx, reopened)
        return reopened

    return mongo.transaction(work)


def _running(attempt: Mapping[str, Any], minutes: int | None) -> Document:
    """At least ``minutes`` from now, as an extension, so that a later change of dates keeps them. An attempt that
    nothing ends, runs on."""
    deadline = attempt["deadline_at"]
    if deadline is None:
        return {}
    until = clock.now() + timedelta(minutes=minutes or 0)
    if minutes is None and deadline <= until:
        raise Invalid(errors=[{"pointer": "/minutes", "message": "is needed: the deadline has passed"}])
    return _later(attempt, max(0, math.ceil((until - deadline) / timedelta(minutes=1))))


def _written(
    tx: Transaction, access: CourseAccess, attempt: Document, action: str, fields: Mapping[str, Any], **detail: Any
) -> Document:
    """Write what changes the attempt's results."""
    history = [*attempt["history"], _row(access, action, **detail, before=attempt["score"])]
    quiz = policies.of(attempt["quiz_id"], tx)
    written = results.settle(tx, quiz, attempt, {**fields, "history": history})
    return _recorded(tx, access, written, action)


def _changed(
    tx: Transaction, access: CourseAccess, attempt: Document, action: str, fields: Mapping[str, Any], **detail: Any
) -> Document:
    history = [*attempt["history"], _row(access, action, **detail)]
    written = repository.change(tx, attempt["_id"], attempt["version"], {**fields, "history": history})
    return _recorded(tx, access, written, action)


def _row(access: CourseAccess, action: str, **detail: Any) -> Document:
    return {"at": clock.now(), "by": access.caller.id, "action": action, **detail}


def _recorded(tx: Transaction, access: CourseAccess, written: Document | None, action: str) -> Document:
    attempt = current(written, None)
    ids = {name: attempt[name] for name in ("course_id", "quiz_id", "user_id")}
    events.record(tx, f"attempt.{action}", actor=access.caller.id, subject=attempt["_id"], **ids)
    audit.record(tx, f"attempt.{action}", actor=access.caller.id, target=attempt["_id"], **ids)
    return attempt
