"""Which appeals wait for their answer."""

from lms.appeals import repository
from lms.enrollment.visible import After, Scope
from lms.mongo import Document


def oldest(scope: Scope, after: After | None, limit: int) -> list[Document]:
    """In the courses of ``scope``, from behind ``after`` on, the longest waiting first."""
    rows = repository.waiting(scope.branches("user_id"), after, limit)
    return [{**row, "since": row["created_at"], "people": [row["user_id"]]} for row in rows]
