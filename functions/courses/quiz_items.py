"""PUT /quizzes/{id}/items"""

from typing import Annotated

from lms.courses.access import CourseAccess
from lms.http import app, if_match, lambda_handler, shown
from lms.quizzes import quizzes
from lms.quizzes.access import of_quiz
from lms.quizzes.models.items import Items
from lms.quizzes.models.quiz import CourseQuiz

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.put("/quizzes/<id>/items")
def replace(
    id: str, body: Items, access: Annotated[CourseAccess, Depends(of_quiz("quiz.edit"))]
) -> Response[CourseQuiz]:
    quiz = quizzes.replace_items(access, body, if_match())
    return shown(CourseQuiz, quiz, variant=quizzes.variant(access, quiz))
