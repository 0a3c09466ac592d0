"""Whose attempt: the dependency of the endpoints below ``/attempts/{id}``."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from lms.attempts import repository
from lms.courses.access import CourseAccess, in_course_of
from lms.errors import NotFound

of_attempt = partial(in_course_of, repository.attempts)


def require_theirs(access: CourseAccess, attempt: Mapping[str, Any]) -> None:
    """Raise 404 for another's attempt, but to graders."""
    if attempt["user_id"] != access.caller.id and not access.may("attempt.grade"):
        raise NotFound()
