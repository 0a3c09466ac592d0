"""POST, GET /courses/{id}/questions"""

from typing import Annotated

from lms import markdown
from lms.courses.access import CourseAccess, in_course
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page
from lms.idempotency import once
from lms.mongo import Transaction
from lms.quizzes import bank, pages
from lms.quizzes.contents import Question
from lms.quizzes.fields import Kind
from lms.quizzes.models.question import BankQuestion

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/questions", status_code=201)
def create(
    id: str, body: Question, access: Annotated[CourseAccess, Depends(in_course("question.edit"))]
) -> Response[BankQuestion]:
    def work(tx: Transaction) -> Response[BankQuestion]:
        question = bank.create(tx, access, body)
        return created(BankQuestion, question, f"/questions/{question['_id']}", variant=str(markdown.VERSION))

    return once(access.caller.id, work)


@app.get("/courses/<id>/questions", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("question.edit"))],
    pool: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    kind: Annotated[Kind | None, Query()] = None,
    skill: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    q: Annotated[str | None, Query(min_length=1, max_length=100, description="in title or prompt")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[BankQuestion]]:
    """Large questions make a page shorter than ``limit``."""
    filters = {"pool": pool, "kind": kind, "skill": skill, "q": q}
    rows = bank.page(access, filters, cursor, limit + 1)
    fitting = pages.fitting((row["size"] for row in rows), limit)
    return page(rows, limit=fitting, key=lambda row: str(row["_id"]))
