"""Regrading a question: its key corrected, full credit for all, or the question dropped, for those who were asked.

Everything that follows happens in one transaction, and the dry run is the same work without the writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import audit, clock, events, mongo
from lms.attempts import corrections, repository, results
from lms.blind import pseudonyms
from lms.blind.pseudonyms import Pseudonyms
from lms.courses.access import CourseAccess
from lms.courses.changes import current
from lms.errors import Invalid
from lms.mongo import Document, Transaction
from lms.quizzes import bank, policies, questions
from lms.quizzes.models.question import QuestionChange

if TYPE_CHECKING:
    from lms.attempts.models.regrading import RegradeBody
    from lms.quizzes.contents import Question

_LONGEST_START = timedelta(seconds=15)
"""From an attempt's id to its commit, the clocks of two machines included."""

_MOST_SHOWN = 10_000
_SHOWN = ("score", "percent", "passed")


@dataclass(slots=True)
class Outcome:
    """``altered``: each attempt with its results and its worth after the regrade."""

    altered: list[tuple[Document, list[Document], Document]] = field(default_factory=list)
    quizzes: dict[ObjectId, Document] = field(default_factory=dict)
    seen: int = 0
    graded_by_hand: int = 0
    other_versions: int = 0

    @property
    def changed(self) -> list[tuple[Document, Document]]:
        """The attempts whose score is another one, each with its worth."""
        return [(attempt, worth) for attempt, _, worth in self.altered if attempt["score"] != worth["score"]]

    def report(self) -> Document:
        changed = self.changed
        named = pseudonyms.needed_in(self.quizzes.values())
        return {
            "changes": [_change(attempt, worth, named) for attempt, worth in changed[:_MOST_SHOWN]],
            "changed": len(changed),
            "unchanged": self.seen - len(changed),
            "graded_by_hand": self.graded_by_hand,
            "other_versions": self.other_versions,
        }


def regrade(access: CourseAccess, body: RegradeBody, expected: int | None, *, dry_run: bool) -> Document:
    """Whose result changes, from what to what; without ``dry_run`` that is how it is then.

    Attempts that still run ask what they asked, and are scored as corrected when they are handed in. What another
    regrade has done before is built on; the same one again changes nothing.

    Raise 412 where the question is no longer at the ``expected`` version, 422 where the content offers something
    else, or an essay is to have a key.
    """
    question = current(access.resource, expected)
    key = _key(question, body)
    wanted = _wanted(access, body, question, key)
    if dry_run:
        return mongo.transaction(lambda tx: _outcome(tx, wanted, key).report())
    return mongo.transaction(lambda tx: _apply(tx, access, wanted, key))


def _key(question: Mapping[str, Any], body: RegradeBody) -> Question | None:
    """The question as the regrade would have it, None where that brings no key."""
    if body.content is None:
        return None
    changed = bank.changed(question, QuestionChange(content=body.content))
    if changed.content.kind == "essay":
        raise Invalid(errors=[{"pointer": "/action", "message": "an essay has no key"}])
    if corrections.offered(changed.content) != corrections.offered(questions.parsed(question).content):
        message = "must offer what the question offers, in the same sequence; only what counts as right may differ"
        raise Invalid(errors=[{"pointer": "/content", "message": message}])
    return changed


def _wanted(access: CourseAccess, body: RegradeBody, question: Mapping[str, Any], key: Question | None) -> Document:
    renewed = key is not None and key.content.model_dump() != question["content"]
    return {
        "_id": ObjectId(),
        "question_id": question["_id"],
        "course_id": access.course_id,
        "at": clock.now(),
        "by": access.caller.id,
        "action": body.action,
        "never_lower": body.never_lower,
        "through_version": question["version"],
        "key_version": None if key is None else question["version"] + renewed,
    }


def _apply(tx: Transaction, access: CourseAccess, wanted: Document, key: Question | None) -> Document:
    repository.touch_open(tx, wanted["question_id"], None)
    if key is not None and wanted["key_version"] > wanted["through_version"]:
        bank.rewrite(tx, access, QuestionChange(content=key.content), wanted["through_version"])
    last = repository.last_regrade(tx, wanted["question_id"])
    outcome = _outcome(tx, wanted, key)
    if outcome.altered or not _repeats(wanted, last):
        regrade = {**wanted, "number": last["number"] + 1 if last else 1}
        repository.add_regrade(tx, regrade)
        _write(tx, regrade, outcome)
        _tell(tx, regrade, outcome)
        tx.after_commit(partial(_look_again, regrade, key))
    return outcome.report()


def _repeats(wanted: Mapping[str, Any], last: Mapping[str, Any] | None) -> bool:
    same = ("action", "never_lower", "key_version")
    if last is None or any(wanted[name] != last[name] for name in same):
        return False
    return wanted["through_version"] in (last["through_version"], last["key_version"])


def _look_again(regrade: Document, key: Question | None) -> None:
    """Once more for what began while the regrade was being written, and was handed in before it stood: of these
    neither knew of the other. Regrades that came behind it meanwhile stay behind it."""
    since = ObjectId.from_datetime(regrade["_id"].generation_time - _LONGEST_START)

    def work(tx: Transaction) -> None:
        repository.touch_open(tx, regrade["question_id"], since)
        later = repository.later_regrades(tx, regrade["question_id"], regrade["number"])
        _write(tx, regrade, _outcome(tx, regrade, key, since, later))

    mongo.transaction(work)


def _outcome(
    tx: Transaction,
    wanted: Mapping[str, Any],
    key: Question | None,
    since: ObjectId | None = None,
    later: Sequence[Mapping[str, Any]] = (),
) -> Outcome:
    outcome = Outcome()
    altered = []
    for attempt in repository.asking(tx, wanted["question_id"], since):
        items, answers = attempt["items"], attempt["answers"]
        rows = corrections.corrected(items, attempt["results"], answers, wanted, key)
        rows = corrections.corrected_by_all(items, rows, answers, later)
        _count(outcome, attempt, wanted, key)
        if rows != attempt["results"]:
            altered.append((attempt, rows))
    if altered:
        outcome.quizzes = policies.of_each(tx, {attempt["quiz_id"] for attempt, _ in altered})
    for attempt, rows in altered:
        worth = results.worth(outcome.quizzes[attempt["quiz_id"]], {**attempt, "results": rows})
        outcome.altered.append((attempt, rows, worth))
    return outcome


def _count(outcome: Outcome, attempt: Mapping[str, Any], wanted: Mapping[str, Any], key: Question | None) -> None:
    outcome.seen += 1
    for item, row in zip(attempt["items"], attempt["results"], strict=True):
        if item["question_id"] == wanted["question_id"] and wanted["action"] != "drop":
            outcome.graded_by_hand += row["graded_by"] is not None
            outcome.other_versions += key is not None and not corrections.fits(item, key)


def _write(tx: Transaction, wanted: Mapping[str, Any], outcome: Outcome) -> None:
    if not outcome.altered:
        return
    changes = [(attempt, _update(wanted, attempt, rows, worth)) for attempt, rows, worth in outcome.altered]
    results.settle_each(tx, outcome.quizzes, changes)
    told = {attempt["_id"]: _told(wanted, attempt, worth) for attempt, worth in outcome.changed}
    events.record_each(tx, "attempt.regraded", actor=wanted["by"], data_of=told)


def _update(
    wanted: Mapping[str, Any], attempt: Mapping[str, Any], rows: Sequence[Document], worth: Mapping[str, Any]
) -> Document:
    """The rows by their places, since comments were not read; a row of history where the result changes."""
    fields = {
        f"results.{index}.{name}": value
        for index, (row, before) in enumerate(zip(rows, attempt["results"], strict=True))
        for name, value in row.items()
        if name not in before or before[name] != value
    }
    update: Document = {"$set": {**fields, **worth}, "$inc": {"version": 1}}
    if attempt["score"] != worth["score"]:
        row = {"at": wanted["at"], "by": wanted["by"], "action": "regraded", "regrade_id": wanted["_id"]}
        update["$push"] = {"history": {**row, "from": attempt["score"], "to": worth["score"]}}
    return update


def _change(attempt: Mapping[str, Any], worth: Mapping[str, Any], blind: Mapping[ObjectId, Pseudonyms]) -> Document:
    named = blind.get(attempt["quiz_id"])
    return {
        "attempt_id": attempt["_id"],
        "user_id": named.of(attempt["user_id"]) if named else attempt["user_id"],
        "blind": named is not None,
        "number": attempt["number"],
        "from": _figures(attempt["score"]),
        "to": _figures(worth["score"]),
    }


def _figures(score: Mapping[str, Any]) -> Document:
    return {name: score[name] for name in _SHOWN}


def _told(wanted: Mapping[str, Any], attempt: Mapping[str, Any], worth: Mapping[str, Any]) -> Document:
    ids = {name: attempt[name] for name in ("course_id", "quiz_id", "user_id")}
    scores = {"from": _figures(attempt["score"]), "to": _figures(worth["score"])}
    return {**ids, "question_id": wanted["question_id"], **scores}


def _tell(tx: Transaction, wanted: Mapping[str, Any], outcome: Outcome) -> None:
    report = outcome.report()
    detail = {"regrade": wanted["action"], **{name: wanted[name] for name in ("course_id", "never_lower")}}
    counts = {name: report[name] for name in ("changed", "unchanged")}
    subject = wanted["question_id"]
    events.record(tx, "question.regraded", actor=wanted["by"], subject=subject, **detail, **counts)
    audit.record(tx, "question.regraded", actor=wanted["by"], target=subject, **detail, **counts)
