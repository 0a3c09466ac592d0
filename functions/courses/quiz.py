"""GET, PATCH, DELETE /quizzes/{id}"""

from typing import Annotated

from lms.courses.access import CourseAccess
from lms.http import app, if_match, lambda_handler, no_content, shown
from lms.quizzes import quizzes
from lms.quizzes.access import of_quiz
from lms.quizzes.models.quiz import CourseQuiz, QuizChange

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/quizzes/<id>", compress=True, enable_validation=False)
def read(id: str, access: Annotated[CourseAccess, Depends(of_quiz("quiz.read"))]) -> Response[CourseQuiz]:
    quiz = quizzes.shown(access, access.resource)
    return shown(CourseQuiz, quiz, variant=quizzes.variant(access, quiz))


@app.patch("/quizzes/<id>")
def change(
    id: str, body: QuizChange, access: Annotated[CourseAccess, Depends(of_quiz("quiz.edit"))]
) -> Response[CourseQuiz]:
    quiz = quizzes.change(access, body, if_match())
    return shown(CourseQuiz, quiz, variant=quizzes.variant(access, quiz))


@app.delete("/quizzes/<id>", status_code=204, enable_validation=False)
def delete(id: str, access: Annotated[CourseAccess, Depends(of_quiz("quiz.edit"))]) -> Response[None]:
    quizzes.delete(access, if_match())
    return no_content()
