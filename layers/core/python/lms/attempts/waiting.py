"""Which attempts wait for a person to grade an essay."""

from lms.attempts import repository
from lms.enrollment.visible import After, Scope
from lms.mongo import Document


def oldest(scope: Scope, after: After | None, limit: int) -> list[Document]:
    """In the courses of ``scope``, from behind ``after`` on, the longest waiting first, by whom."""
    rows = repository.waiting(scope.branches("user_id"), after, limit)
    return [{**row, "since": row["submitted_at"], "people": [row["user_id"]]} for row in rows]
