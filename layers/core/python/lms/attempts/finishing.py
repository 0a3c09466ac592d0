"""Handing an attempt in, by its learner or at its deadline: scored at once, as far as no person must read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal

from bson import ObjectId

from lms import clock, events, mongo
from lms.attempts import asking, corrections, repository, results, scoring
from lms.errors import NotFound
from lms.mongo import Document, Transaction
from lms.quizzes import policies
from lms.telemetry import logger

By = Literal["learner", "deadline"]


def submit(attempt: Mapping[str, Any], actor_id: ObjectId) -> Document:
    """The attempt, handed in by its learner; handing in what is handed in changes nothing."""
    return finish(settled(attempt), actor_id, "learner")


def settled(attempt: Mapping[str, Any] | None) -> Document:
    """The attempt; where its time is up and nobody has come for it yet, handed in with what was saved."""
    if attempt is None:
        raise NotFound()
    if attempt["status"] == "open" and attempt["ends_at"] and attempt["ends_at"] <= clock.now():
        return finish(attempt, None, "deadline")
    return dict(attempt)


def finish(attempt: Mapping[str, Any], actor_id: ObjectId | None, by: By) -> Document:
    """The attempt with its results. Where a save comes between, that counts too."""
    current = dict(attempt)
    while current["status"] == "open":
        fields = {**_handed_in(current, by), "results": scored(current["items"], current["answers"])}
        finished = mongo.transaction(partial(_finish, attempt=current, fields=fields, actor_id=actor_id))
        if finished:
            return finished
        current = repository.attempt(attempt["_id"]) or current
    return current


def _handed_in(attempt: Mapping[str, Any], by: By) -> Document:
    """An attempt counts as handed in at its deadline at the latest: what comes in the grace is not late for it."""
    now = clock.now()
    at = min(now, attempt["deadline_at"] or now)
    return {"submitted_at": at, "submitted_by": by}


def _finish(
    tx: Transaction, attempt: Mapping[str, Any], fields: Mapping[str, Any], actor_id: ObjectId | None
) -> Document | None:
    quiz = policies.of(attempt["quiz_id"], tx)
    finished = results.settle(tx, quiz, attempt, fields)
    if finished:
        _have_graded(tx, quiz, finished)
        data = {name: attempt[name] for name in ("course_id", "quiz_id", "user_id", "number")}
        events.record(
            tx, "attempt.submitted", actor=actor_id, subject=attempt["_id"], by=fields["submitted_by"], **data
        )
    return finished


def _have_graded(tx: Transaction, quiz: Mapping[str, Any], attempt: Mapping[str, Any]) -> None:
    """Ask an AI for suggestions where the quiz wants them and a person must read."""
    rows = attempt["results"]
    to_read = [row["item_id"] for row in rows if row["fraction"] is None and not row.get("dropped")]
    if to_read and quiz.get("ai_grading") == "suggest":
        # Imported here: most quizzes do not ask for it.
        from lms.grading import essay_runs

        essay_runs.handed_in(tx, attempt, to_read)


def scored(items: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> list[Document]:
    """A row for each item: the ``fraction`` earned, None where a person must say it; by the key that the question
    had when the attempt began, and by what regrades made of that since."""
    asked = asking.questions(items)
    rows = [_scored(item, scoring.score(asked[item["id"]].question, _value(answers, item))) for item in items]
    regrades = repository.regrades_of([item["question_id"] for item in items])
    return corrections.corrected_by_all(items, rows, answers, regrades)


def _value(answers: Mapping[str, Any], item: Mapping[str, Any]) -> Any:
    return answers[item["id"]]["value"] if item["id"] in answers else None


def _scored(item: Mapping[str, Any], result: scoring.Result) -> Document:
    return {
        "item_id": item["id"],
        "fraction": result.fraction,
        "chosen": list(result.chosen),
        "graded_by": None,
        "comment": "",
    }


def close_overdue(now: datetime, limit: int) -> int:
    """Hand in the attempts whose time is up; return how many there were. One that fails does not hold up others."""
    overdue = repository.overdue(now, limit)
    for attempt_id in overdue:
        try:
            settled(repository.attempt(attempt_id))
        except Exception:
            logger.exception("an attempt was not closed", attempt_id=str(attempt_id))
    return len(overdue)
