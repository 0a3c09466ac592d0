"""When the learners' reviews of each other's work are to be looked at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId

from lms.assignments import repository
from lms.mongo import Document, Transaction

CHANGED_BY = frozenset({"peer_reviews", "published", "due_at", "closes_at"})
"""Fields of an assignment."""


def look_at(assignment: Mapping[str, Any], now: datetime) -> datetime | None:
    """After a change of the assignment: at once; None where nothing is reviewed."""
    return now if assignment["peer_reviews"] and assignment["published"] else None


def begins_at(assignment: Mapping[str, Any]) -> datetime:
    """When works are allocated to reviewers: at the course's due date, or its closing."""
    begin: datetime = assignment["due_at"] or assignment["closes_at"]
    return begin


def waiting(now: datetime, limit: int) -> list[Document]:
    """Ids of the assignments to look at now, and their ``reviews_at``, the longest overdue first."""
    return repository.with_reviews_at(now, limit)


def look_again(tx: Transaction, assignment_id: ObjectId, at: datetime | None) -> None:
    """Never again where ``at`` is None. Who looks at the same time conflicts with this."""
    repository.set_reviews_at(tx, assignment_id, at)
