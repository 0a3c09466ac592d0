"""GET, PATCH, DELETE /questions/{id}"""

from typing import Annotated

from lms import markdown
from lms.courses.access import CourseAccess
from lms.http import app, if_match, lambda_handler, no_content, shown
from lms.quizzes import bank, questions
from lms.quizzes.access import of_question
from lms.quizzes.models.question import BankQuestion, QuestionChange

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/questions/<id>", compress=True, enable_validation=False)
def read(id: str, access: Annotated[CourseAccess, Depends(of_question("question.edit"))]) -> Response[BankQuestion]:
    return shown(BankQuestion, questions.shown(access.resource), variant=str(markdown.VERSION))


@app.patch("/questions/<id>")
def change(
    id: str, body: QuestionChange, access: Annotated[CourseAccess, Depends(of_question("question.edit"))]
) -> Response[BankQuestion]:
    """Makes the question's next version."""
    return shown(BankQuestion, bank.change(access, body, if_match()), variant=str(markdown.VERSION))


@app.delete("/questions/<id>", status_code=204, enable_validation=False)
def delete(id: str, access: Annotated[CourseAccess, Depends(of_question("question.edit"))]) -> Response[None]:
    bank.delete(access, if_match())
    return no_content()
