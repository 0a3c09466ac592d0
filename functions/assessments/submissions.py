"""POST, GET /assignments/{id}/submissions"""

from typing import Annotated

from lms.assignments.access import of_assignment
from lms.courses.access import CourseAccess
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page, shown
from lms.idempotency import Work, once_prepared
from lms.mongo import Transaction
from lms.submissions import making, submissions
from lms.submissions.models.submission import HandedIn, Submission, SubmitBody

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/assignments/<id>/submissions", status_code=201)
def hand_in(
    id: str, body: SubmitBody, access: Annotated[CourseAccess, Depends(of_assignment("submission.make"))]
) -> Response[Submission]:
    """201 with the receipt; 200 with that of the last submission where that says the same."""

    def prepare() -> Work:
        plan = making.plan(access, body)

        def work(tx: Transaction) -> Response[Submission]:
            made = submissions.shown(access, making.make(tx, access, plan))
            return (
                created(Submission, made, f"/submissions/{made['_id']}") if plan.fresh else shown(Submission, made)
            )

        return work

    try:
        return once_prepared(access.caller.id, prepare)
    except making.Overtaken:
        return shown(Submission, submissions.shown(access, making.same_as(access, body)))


@app.get("/assignments/<id>/submissions", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(of_assignment("submission.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[HandedIn]]:
    """Staff: who has handed in and who has not. Learners: their own submissions."""
    rows = submissions.page(access, cursor, limit + 1)
    return page(rows, limit=limit, key=lambda row: row["place"])
