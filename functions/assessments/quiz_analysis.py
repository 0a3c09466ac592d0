"""GET /quizzes/{id}/analysis"""

from typing import Annotated

from lms.attempts import analysis
from lms.attempts.models.figures import QuizAnalysis
from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, shown
from lms.quizzes.access import of_quiz

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/quizzes/<id>/analysis", compress=True, enable_validation=False)
def analyse(id: str, access: Annotated[CourseAccess, Depends(of_quiz("attempt.grade"))]) -> Response[QuizAnalysis]:
    """Figures of the quiz and of each question; null where one is not defined."""
    return shown(QuizAnalysis, analysis.of(access))
