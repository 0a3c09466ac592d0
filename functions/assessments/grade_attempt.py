"""POST /attempts/{id}/grade"""

from typing import Annotated

from lms.attempts import grading, showing
from lms.attempts.access import of_attempt
from lms.attempts.models.attempt import Attempt
from lms.attempts.models.grading import GradeBody
from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, required_if_match, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/attempts/<id>/grade")
def grade(
    id: str, body: GradeBody, access: Annotated[CourseAccess, Depends(of_attempt("attempt.grade"))]
) -> Response[Attempt]:
    """Points for essays, or for an item that a grader judges otherwise than the key."""
    return shown(Attempt, showing.view(access, grading.grade(access, body, required_if_match())))
