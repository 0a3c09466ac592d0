"""Every change of a grade: written with what was before and after, by whom, when and why, and never taken back."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bson import ObjectId

from lms import audit, clock, events
from lms.grades import repository
from lms.mongo import Document, Transaction

TRACKED = (
    *("submission_id", "rubric", "criteria", "raw", "penalty", "late_seconds", "score", "excused", "comment"),
    *("origin", "ai", "graded_by", "released_at"),
)


class Change(NamedTuple):
    """Of one grade; ``before`` has version 0 where there was none."""

    before: Document
    fields: Mapping[str, Any]

    @property
    def after(self) -> Document:
        return {
            **self.before,
            **self.fields,
            "version": self.before["version"] + 1,
            "updated_at": clock.now(),
        }


def none_yet(assignment: Mapping[str, Any], user_id: ObjectId) -> Document:
    """What stands in place of a grade before the first one is given."""
    return {
        "_id": ObjectId(),
        "assignment_id": assignment["_id"],
        "course_id": assignment["course_id"],
        "user_id": user_id,
        **dict.fromkeys(TRACKED),
        **{"criteria": [], "penalty": 0.0, "late_seconds": 0, "excused": False, "comment": ""},
        "graded_at": None,
        "version": 0,
        "updated_at": None,
    }


def change(tx: Transaction, changes: Sequence[Change], *, by: ObjectId | None, why: str | None) -> list[Document]:
    """The grades as they are now; what changed them, the log of events and the audit tell."""
    after = write(tx, changes, by=by, why=why)
    events.record_each(tx, "grade.changed", actor=by, data_of={row["_id"]: _told(row) for row in after})
    for assignment_id in dict.fromkeys(row["assignment_id"] for row in after):
        theirs = [row for row in after if row["assignment_id"] == assignment_id]
        detail = {"course_id": theirs[0]["course_id"], "user_ids": [row["user_id"] for row in theirs]}
        audit.record(tx, "grade.changed", actor=by, target=assignment_id, **detail)
    return after


def write(tx: Transaction, changes: Sequence[Change], *, by: ObjectId | None, why: str | None) -> list[Document]:
    """The grades as they are now, and in the history how they came from what they were."""
    pairs = [(change.before, change.after) for change in changes]
    after = [row for _, row in pairs]
    if pairs:
        repository.write(tx, after, [_row(*pair, by, why) for pair in pairs])
    return after


def _row(before: Mapping[str, Any], after: Mapping[str, Any], by: ObjectId | None, why: str | None) -> Document:
    changed = [name for name in TRACKED if before.get(name) != after.get(name)]
    return {
        "_id": ObjectId(),
        "assignment_id": after["assignment_id"],
        "user_id": after["user_id"],
        "version": after["version"],
        "at": after["updated_at"],
        "by": by,
        "why": why,
        "before": {name: before.get(name) for name in changed},
        "after": {name: after.get(name) for name in changed},
    }


def _told(grade: Mapping[str, Any]) -> Document:
    names = ("assignment_id", "course_id", "user_id", "submission_id", "raw", "penalty", "score")
    return {**{name: grade[name] for name in names}, "grade_id": grade["_id"]}


def of(grade: Mapping[str, Any]) -> list[Document]:
    return repository.history(grade["assignment_id"], grade["user_id"])


def since_release(rows: Sequence[Document]) -> list[Document]:
    """What a learner may see: the change that released the grade, without what the grade was while it was held, and
    what came after it."""
    at = next((index for index, row in enumerate(rows) if row["after"].get("released_at")), len(rows))
    return [{**row, "before": dict.fromkeys(row["before"])} for row in rows[at : at + 1]] + list(rows[at + 1 :])
