"""Who is at work in a quiz now."""

from collections.abc import Mapping
from typing import Any

from lms import clock
from lms.attempts import repository, showing
from lms.blind import pseudonyms
from lms.courses.access import CourseAccess
from lms.mongo import Document


def view(access: CourseAccess) -> Document:
    """Who is at work now, for graders."""
    rows = repository.open_attempts(access.resource["_id"])
    named = pseudonyms.needed(access.resource)
    return {"now": clock.now(), "attempts": [showing.under(named, _live(row)) for row in rows]}


def _live(attempt: Mapping[str, Any]) -> Document:
    answered = sum(entry["value"] is not None for entry in attempt["answers"].values())
    return {**attempt, "asked": len(attempt["items"]), "answered": answered}
