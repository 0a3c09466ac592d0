"""POST /quizzes/{id}/release"""

from typing import Annotated

from lms.attempts import releasing
from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, shown
from lms.quizzes.access import of_quiz
from lms.quizzes.models.quiz import CourseQuiz

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/quizzes/<id>/release", enable_validation=False)
def release_results(
    id: str, access: Annotated[CourseAccess, Depends(of_quiz("grade.give"))]
) -> Response[CourseQuiz]:
    """Lets the learners of a blind quiz see their results, and graders whose these are."""
    return shown(CourseQuiz, releasing.release(access))
