"""POST, GET /submissions/{id}/ai-grade"""

from typing import Annotated

from lms import rate_limits
from lms.courses.access import CourseAccess
from lms.grading import runs, suggestions
from lms.grading.models.suggestion import Suggestion
from lms.http import accepted, app, lambda_handler, shown
from lms.idempotency import Work, once_prepared
from lms.jobs.models import Accepted
from lms.submissions.access import of_submission

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/submissions/<id>/ai-grade", status_code=202, enable_validation=False)
def suggest_grade(
    id: str, access: Annotated[CourseAccess, Depends(of_submission("grade.give"))]
) -> Response[Accepted]:
    """Has an AI suggest a grade for the holder's last submission."""

    def prepare() -> Work:
        rate_limits.take(rate_limits.GRADE_BY_PERSON, str(access.caller.id))
        asked = runs.of_submission(access)
        return lambda tx: accepted(runs.start(tx, access, asked))

    return once_prepared(access.caller.id, prepare)


@app.get("/submissions/<id>/ai-grade", compress=True, enable_validation=False)
def read(id: str, access: Annotated[CourseAccess, Depends(of_submission("grade.give"))]) -> Response[Suggestion]:
    """The last suggestion."""
    return shown(Suggestion, suggestions.of_submission(access))
