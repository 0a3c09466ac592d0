"""POST /attempts/{id}/submit"""

from typing import Annotated

from lms.attempts import saving, showing
from lms.attempts.access import of_attempt
from lms.attempts.models.attempt import Attempt
from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/attempts/<id>/submit", enable_validation=False)
def submit(id: str, access: Annotated[CourseAccess, Depends(of_attempt("attempt.take"))]) -> Response[Attempt]:
    """However often it is called, there is one result."""
    return shown(Attempt, showing.view(access, saving.submit(access)))
