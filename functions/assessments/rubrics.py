"""POST, GET /courses/{id}/rubrics"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page
from lms.idempotency import once
from lms.mongo import Transaction
from lms.quizzes import pages
from lms.rubrics import rubrics
from lms.rubrics.models.rubric import NewRubric, Rubric

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/rubrics", status_code=201)
def create_rubric(
    id: str, body: NewRubric, access: Annotated[CourseAccess, Depends(in_course("rubric.edit"))]
) -> Response[Rubric]:
    def work(tx: Transaction) -> Response[Rubric]:
        rubric = rubrics.create(tx, access, body)
        return created(Rubric, rubric, f"/rubrics/{rubric['_id']}")

    return once(access.caller.id, work)


@app.get("/courses/<id>/rubrics", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("rubric.edit"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[Rubric]]:
    rows = rubrics.page(access, cursor, limit + 1)
    fitting = pages.fitting((len(str(row["criteria"]).encode()) for row in rows), limit)
    return page(rows, limit=fitting, key=lambda row: str(row["_id"]))
