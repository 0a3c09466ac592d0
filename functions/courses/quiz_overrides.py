"""GET, PUT /quizzes/{id}/overrides"""

from typing import Annotated

from lms.courses.access import CourseAccess
from lms.http import app, if_match, lambda_handler, shown
from lms.quizzes import overrides
from lms.quizzes.access import of_quiz
from lms.quizzes.models.overrides import OverrideList, QuizOverrides

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/quizzes/<id>/overrides", compress=True, enable_validation=False)
def read(id: str, access: Annotated[CourseAccess, Depends(of_quiz("quiz.edit"))]) -> Response[QuizOverrides]:
    return shown(QuizOverrides, access.resource, variant="overrides")


@app.put("/quizzes/<id>/overrides")
def replace(
    id: str, body: OverrideList, access: Annotated[CourseAccess, Depends(of_quiz("quiz.edit"))]
) -> Response[QuizOverrides]:
    """Replaces the whole list."""
    return shown(QuizOverrides, overrides.replace(access, body, if_match()), variant="overrides")
