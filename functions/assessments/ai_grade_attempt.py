"""POST, GET /attempts/{id}/ai-grade"""

from typing import Annotated

from lms import rate_limits
from lms.attempts.access import of_attempt
from lms.courses.access import CourseAccess
from lms.grading import essay_runs, essay_suggestions
from lms.grading.models.essay import EssaySuggestions
from lms.http import accepted, app, lambda_handler, shown
from lms.idempotency import Work, once_prepared
from lms.jobs.models import Accepted

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/attempts/<id>/ai-grade", status_code=202, enable_validation=False)
def suggest_essay_grades(
    id: str, access: Annotated[CourseAccess, Depends(of_attempt("attempt.grade"))]
) -> Response[Accepted]:
    """Has an AI suggest grades for the essays of an attempt that is handed in."""

    def prepare() -> Work:
        rate_limits.take(rate_limits.GRADE_BY_PERSON, str(access.caller.id))
        item_ids = essay_runs.waiting(access)
        return lambda tx: accepted(essay_runs.start(tx, access, item_ids))

    return once_prepared(access.caller.id, prepare)


@app.get("/attempts/<id>/ai-grade", compress=True, enable_validation=False)
def read(
    id: str, access: Annotated[CourseAccess, Depends(of_attempt("attempt.grade"))]
) -> Response[EssaySuggestions]:
    """The last suggestion for each essay."""
    return shown(EssaySuggestions, essay_suggestions.of_attempt(access))
