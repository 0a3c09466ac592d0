"""POST /ai/ask"""

from functools import partial
from typing import Annotated

from lms import http
from lms.ai import asking
from lms.ai.models import CourseQuestion, CourseReply
from lms.courses.access import CourseAccess, in_course_named
from lms.http import app, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]

# MongoDB is asked for the last time when the model has answered.
lambda_handler = partial(http.lambda_handler, mongodb_seconds=28)


@app.post("/ai/ask")
def ask(
    body: CourseQuestion,
    access: Annotated[CourseAccess, Depends(in_course_named("course.ask", load="outline", progress=True))],
) -> Response[CourseReply]:
    """From the lessons that are open to the caller; 409 QUIZ_OPEN while they have a quiz open in the course."""
    return shown(CourseReply, asking.ask(access, body.question, _remaining_seconds))


def _remaining_seconds() -> float:
    return float(app.lambda_context.get_remaining_time_in_millis()) / 1_000
