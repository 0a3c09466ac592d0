"""Which submissions wait for a grade: each for those of its members who have none that is newer."""

from collections.abc import Collection
from datetime import datetime

from bson import ObjectId

from lms.enrollment.visible import After, Scope
from lms.mongo import Document, Transaction
from lms.submissions import repository


def graded(tx: Transaction, assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> None:
    """They have a grade now: nothing that they have handed in so far waits for it."""
    repository.wait_no_more(tx, assignment_id, user_ids)


def oldest(scope: Scope, after: After | None, limit: int) -> list[Document]:
    """In the courses of ``scope``, from behind ``after`` on, the longest waiting first; without their texts."""
    rows = repository.waiting(scope.branches("waits_for"), after, limit)
    return [{**row, "since": row["submitted_at"], "people": row["waits_for"]} for row in rows]


def in_assignment(assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> tuple[int, datetime | None]:
    """How many wait for a grade of one of these learners, and since when the longest does."""
    return repository.waiting_in(assignment_id, user_ids)
