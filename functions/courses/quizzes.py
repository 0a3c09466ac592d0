"""POST, GET /courses/{id}/quizzes"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page
from lms.idempotency import once
from lms.mongo import Transaction
from lms.quizzes import pages, quizzes
from lms.quizzes.models.quiz import CourseQuiz, NewQuiz

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/quizzes", status_code=201)
def create_quiz(
    id: str, body: NewQuiz, access: Annotated[CourseAccess, Depends(in_course("quiz.edit"))]
) -> Response[CourseQuiz]:
    def work(tx: Transaction) -> Response[CourseQuiz]:
        quiz = quizzes.create(tx, access, body)
        return created(CourseQuiz, quiz, f"/quizzes/{quiz['_id']}", variant=quizzes.variant(access, quiz))

    return once(access.caller.id, work)


@app.get("/courses/<id>/quizzes", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("quiz.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[CourseQuiz]]:
    rows = quizzes.page(access, cursor, limit + 1)
    fitting = pages.fitting((len(row["instructions"]) + len(row["html"]) for row in rows), limit)
    return page(rows, limit=fitting, key=lambda row: str(row["_id"]))
