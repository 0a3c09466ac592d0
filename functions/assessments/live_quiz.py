"""GET /quizzes/{id}/live"""

from typing import Annotated

from lms.attempts.live import view
from lms.attempts.models.live import Live
from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, shown
from lms.quizzes.access import of_quiz

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/quizzes/<id>/live", compress=True, enable_validation=False)
def live(id: str, access: Annotated[CourseAccess, Depends(of_quiz("attempt.grade"))]) -> Response[Live]:
    """Who is at work now."""
    return shown(Live, view(access))
