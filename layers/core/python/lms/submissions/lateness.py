"""What a change of dates does to what is handed in: when it was due, and how late it is, is counted anew."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId

from lms.assignments import dates
from lms.enrollment import learners
from lms.grades import penalties
from lms.mongo import Document, Transaction
from lms.submissions import repository

MOVED_BY = frozenset({"opens_at", "due_at", "closes_at", "late_policy", "overrides", "points"})
"""Fields of an assignment."""


def seconds(due_at: datetime | None, submitted_at: datetime) -> int:
    """How long after the due date; 0 in time, or where nothing is due."""
    return max(0, math.ceil((submitted_at - due_at).total_seconds())) if due_at else 0


def moved(tx: Transaction, assignment: Mapping[str, Any], zone: str) -> None:
    """After a change of the assignment's dates, overrides, late policy or points."""
    submissions = repository.dates_of(tx, assignment_id=assignment["_id"])
    if submissions:
        repository.hold_all(tx, assignment["_id"])
    recount(tx, submissions, {assignment["_id"]: assignment}, zone)


def recount(
    tx: Transaction,
    submissions: Sequence[Mapping[str, Any]],
    assignments: Mapping[ObjectId, Mapping[str, Any]],
    zone: str,
) -> None:
    """Write the dates of ``submissions``, all of one course, where they have moved: a group's are the latest of
    those who handed in together. The penalties in their grades follow."""
    if not submissions:
        return
    members = {member for each in submissions for member in each["member_ids"]}
    enrollments = learners.enrolled(tx, submissions[0]["course_id"], list(members))
    changes: dict[ObjectId, Document] = {}
    late: dict[ObjectId, int] = {}
    for each in submissions:
        theirs = [enrollments[member] for member in each["member_ids"]]
        due_at = dates.of_group(assignments[each["assignment_id"]], theirs, zone).due_at
        late[each["_id"]] = seconds(due_at, each["submitted_at"])
        if due_at != each["due_at"]:
            changes[each["_id"]] = {"due_at": due_at, "late_seconds": late[each["_id"]]}
    repository.redate(tx, changes)
    penalties.recount(tx, assignments, late)
