"""What completes a lesson and a course, with the events of it. Nothing that is completed goes back.

A lesson is completed when its learner says so (``viewed``), has spent the minutes, or has passed the quiz. A course
is completed when all lessons of its outline are. It stays so, against that version of the outline, whatever lessons
are added later. Where editors change a rule, or delete the last lesson that was missing, the learner's next read or
write settles what follows from it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bson import ObjectId

from lms import clock, events, mongo
from lms.mongo import Document, Transaction
from lms.progress import repository

Course = Mapping[str, Any]
"""With its outline."""


def rows(course: Course) -> list[Document]:
    """The lessons of the outline in their order."""
    return [row for module in course["modules"] for row in module["lessons"]]


def is_completed(row: Mapping[str, Any], progress: Mapping[str, Any]) -> bool:
    return str(row["_id"]) in progress.get("completed", ())


def missing(course: Course, progress: Mapping[str, Any]) -> list[Document]:
    """The lessons of the outline that are not completed."""
    done = set(progress.get("completed", ()))
    return [row for row in rows(course) if str(row["_id"]) not in done]


def _satisfied(row: Mapping[str, Any], progress: Mapping[str, Any]) -> bool:
    rule = row["completion"]
    match rule["kind"]:
        case "minutes":
            return bool(progress.get("seconds", {}).get(str(row["_id"]), 0) >= rule["minutes"] * 60)
        case "quiz_passed":
            return bool(progress.get("quiz_scores", {}).get(str(rule["quiz_id"]), {}).get("passed"))
    return False


def settled(
    course: Course, user_id: ObjectId, progress: Document | None, viewed: ObjectId | None = None
) -> Document:
    """The learner's progress with all that is completed by now marked so; empty for who has done nothing.

    It costs nothing where there is nothing to mark, else a transaction.
    """
    if progress is None or not any(_due(course, progress, viewed)):
        return progress or {}

    def work(tx: Transaction) -> Document:
        found = repository.progress(course["_id"], user_id, tx)
        return settle(tx, course, found, viewed) if found else {}

    return mongo.transaction(work)


def _due(course: Course, progress: Mapping[str, Any], viewed: ObjectId | None) -> tuple[list[ObjectId], bool]:
    """What is completed by now and not yet marked so: these lessons, and whether with them the course is."""
    left = missing(course, progress)
    completing = [row["_id"] for row in left if row["_id"] == viewed or _satisfied(row, progress)]
    all_done = len(completing) == len(left) and any(module["lessons"] for module in course["modules"])
    return completing, all_done and not progress.get("completion")


def settle(tx: Transaction, course: Course, progress: Document, viewed: ObjectId | None = None) -> Document:
    """As ``settled``, of progress that this transaction has read."""
    completing, fields = _outcome(course, progress, viewed)
    if not fields:
        return progress
    after = repository.complete(tx, progress["_id"], fields)
    _tell(tx, course, [(progress["user_id"], completing, fields)])
    return after


def settle_each(tx: Transaction, course: Course, learners: Iterable[Document]) -> None:
    """As ``settle``, of the progress of many learners, in three round trips."""
    outcomes = [(progress, *_outcome(course, progress)) for progress in learners]
    changed = [(progress, completing, fields) for progress, completing, fields in outcomes if fields]
    if changed:
        repository.complete_each(tx, {progress["_id"]: fields for progress, _, fields in changed})
        _tell(tx, course, [(progress["user_id"], completing, fields) for progress, completing, fields in changed])


def _outcome(
    course: Course, progress: Mapping[str, Any], viewed: ObjectId | None = None
) -> tuple[list[ObjectId], Document]:
    """The lessons that are completed now, and what to write."""
    now = clock.now()
    completing, finishes = _due(course, progress, viewed)
    fields: Document = {f"completed.{_id}": now for _id in completing}
    if finishes:
        fields["completion"] = {"at": now, "version": course["version"]}
    return completing, fields


def _tell(
    tx: Transaction, course: Course, outcomes: Iterable[tuple[ObjectId, Iterable[ObjectId], Mapping[str, Any]]]
) -> None:
    lessons, finished = [], []
    for learner, completing, fields in outcomes:
        lessons += [(learner, _id, {"course_id": course["_id"]}) for _id in completing]
        if "completion" in fields:
            finished.append((learner, course["_id"], {"version": course["version"]}))
    events.record_by_many(tx, "lesson.completed", lessons)
    events.record_by_many(tx, "course.completed", finished)
