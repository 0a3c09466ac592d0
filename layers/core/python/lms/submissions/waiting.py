"""Which submissions wait for a grade: each for those of its members who have none for it or for a later one."""

from collections.abc import Collection, Mapping
from datetime import datetime

from bson import ObjectId

from lms.enrollment.visible import After, Scope
from lms.mongo import Document, Transaction
from lms.submissions import repository


def graded(tx: Transaction, assignment_id: ObjectId, given_for: Mapping[ObjectId, ObjectId | None]) -> None:
    """By learner, the submission that a grade was given for: neither it nor an earlier one waits for theirs."""
    moments = repository.moments({_id for _id in given_for.values() if _id})
    until = {user_id: moments[_id] for user_id, _id in given_for.items() if _id}
    repository.wait_no_more(tx, assignment_id, until)


def oldest(scope: Scope, after: After | None, limit: int) -> list[Document]:
    """In the courses of ``scope``, from behind ``after`` on, the longest waiting first; without their texts."""
    rows = repository.waiting(scope.branches("waits_for"), after, limit)
    return [{**row, "since": row["submitted_at"], "people": row["waits_for"]} for row in rows]


def in_assignment(assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> tuple[int, datetime | None]:
    """How many wait for a grade of one of these learners, and since when the longest does."""
    return repository.waiting_in(assignment_id, user_ids)
