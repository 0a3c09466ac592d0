"""POST /attempts/{id}/extend"""

from typing import Annotated

from lms.attempts import grading, showing
from lms.attempts.access import of_attempt
from lms.attempts.models.attempt import Attempt
from lms.attempts.models.grading import ExtendBody
from lms.courses.access import CourseAccess
from lms.http import app, if_match, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/attempts/<id>/extend")
def extend(
    id: str, body: ExtendBody, access: Annotated[CourseAccess, Depends(of_attempt("attempt.grade"))]
) -> Response[Attempt]:
    """More time for a running attempt."""
    return shown(Attempt, showing.view(access, grading.extend(access, body.minutes, if_match())))
