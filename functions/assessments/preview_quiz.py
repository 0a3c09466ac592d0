"""POST /quizzes/{id}/preview"""

from typing import Annotated

from lms.attempts import showing
from lms.attempts.models.preview import Preview
from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, shown
from lms.quizzes.access import of_quiz

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/quizzes/<id>/preview", enable_validation=False)
def preview(id: str, access: Annotated[CourseAccess, Depends(of_quiz("quiz.edit"))]) -> Response[Preview]:
    """The quiz as one learner might see it; drawn anew at each call."""
    return shown(Preview, showing.preview(access))
