"""POST /assignments/{id}/ai-grade"""

from typing import Annotated

from lms import rate_limits
from lms.assignments.access import of_assignment
from lms.courses.access import CourseAccess
from lms.grading import runs
from lms.http import accepted, app, lambda_handler
from lms.idempotency import Work, once_prepared
from lms.jobs.models import Accepted

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/assignments/<id>/ai-grade", status_code=202, enable_validation=False)
def suggest_grades(
    id: str, access: Annotated[CourseAccess, Depends(of_assignment("grade.give"))]
) -> Response[Accepted]:
    """Has an AI suggest grades for the last submissions of those whom no person has graded, at most 500 at once."""

    def prepare() -> Work:
        rate_limits.take(rate_limits.GRADE_BY_PERSON, str(access.caller.id))
        asked = runs.of_assignment(access)
        return lambda tx: accepted(runs.start(tx, access, asked))

    return once_prepared(access.caller.id, prepare)
