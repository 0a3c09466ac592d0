"""POST /submissions/{id}/appeal"""

from typing import Annotated

from lms.appeals import making
from lms.appeals.models.appeal import Appeal, NewAppeal
from lms.courses.access import CourseAccess
from lms.http import app, created, lambda_handler, shown
from lms.idempotency import once
from lms.mongo import Transaction
from lms.submissions.access import of_submission

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/submissions/<id>/appeal", status_code=201)
def appeal(
    id: str, body: NewAppeal, access: Annotated[CourseAccess, Depends(of_submission("appeal.make"))]
) -> Response[Appeal]:
    """201; 200 with the open appeal where that says the same. Each member of a group appeals alone."""

    def work(tx: Transaction) -> Response[Appeal]:
        made = making.make(tx, access, body)
        return created(Appeal, made, f"/courses/{made['course_id']}/appeals")

    try:
        return once(access.caller.id, work)
    except making.Overtaken:
        return shown(Appeal, making.same_as(access, body))
