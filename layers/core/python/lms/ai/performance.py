"""Asking for a narrative over figures. What its step does stands in ``performance_steps``.

Where figures come from: ``SOURCES`` of ``performance_steps``. Whom they are of is settled here, at the request and
again when the step runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bson import ObjectId

from lms.ai import narration
from lms.ai.providers import configured
from lms.courses.access import CourseAccess
from lms.enrollment import visible
from lms.errors import Forbidden, Invalid
from lms.jobs import starting
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole

if TYPE_CHECKING:
    from lms.ai.models import AnalysisRequest
    from lms.ai.narration import About

NARRATIVE = "narrative"
"""The one step."""


class Subject(NamedTuple):
    """Whose figures, seen through ``access``; ``user_id`` None: of all learners whom the caller sees."""

    access: CourseAccess
    user_id: ObjectId | None
    about: About


def subject(access: CourseAccess, user_id: ObjectId | None) -> Subject:
    """``access`` has the outline and the caller's progress.

    Raise 403 for another learner's figures where the caller does not grade, 404 for a learner whom they do not see.
    """
    if access.role is CourseRole.LEARNER and user_id in (None, access.caller.id):
        return Subject(access, access.caller.id, "you")
    if not access.may("attempt.grade"):
        raise Forbidden()
    if user_id is None:
        return Subject(access, None, "course")
    visible.learner(access, user_id)
    return Subject(access, user_id, "learner")


def start(tx: Transaction, asked: Subject, request: AnalysisRequest) -> Document:
    return starting.start(
        tx,
        asked.access.caller.id,
        "performance_analysis",
        first_step=NARRATIVE,
        total=1,
        request={"language": request.language, "user_id": asked.user_id},
        course_id=asked.access.course_id,
        provider=configured(),
        budget_tokens=request.budget_tokens,
    )


def require_language(language: str) -> None:
    """Raise 422 NEEDS_MODEL or LANGUAGE_NOT_CHECKED for one in which no narrative can be written or held against
    its figures."""
    base = narration.base_language(language)
    if base not in narration.LANGUAGES:
        raise Invalid(
            f"Numbers in words are known in these languages alone: {', '.join(sorted(narration.LANGUAGES))}.",
            code="LANGUAGE_NOT_CHECKED",
        )
    if base != "en" and configured() == "grounded":
        raise Invalid("Without a model a narrative is written in English alone.", code="NEEDS_MODEL")
