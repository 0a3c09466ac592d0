"""POST, GET /courses/{id}/assignments"""

from typing import Annotated

from lms.assignments import assignments
from lms.assignments.models.assignment import CourseAssignment, NewAssignment
from lms.courses.access import CourseAccess, in_course
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page
from lms.idempotency import once
from lms.mongo import Transaction
from lms.quizzes import pages

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/assignments", status_code=201)
def create_assignment(
    id: str, body: NewAssignment, access: Annotated[CourseAccess, Depends(in_course("assignment.edit"))]
) -> Response[CourseAssignment]:
    def work(tx: Transaction) -> Response[CourseAssignment]:
        made = assignments.create(tx, access, body)
        variant = assignments.variant(access, made)
        return created(CourseAssignment, made, f"/assignments/{made['_id']}", variant=variant)

    return once(access.caller.id, work)


@app.get("/courses/<id>/assignments", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("assignment.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[CourseAssignment]]:
    rows = assignments.page(access, cursor, limit + 1)
    fitting = pages.fitting(map(assignments.size, rows), limit)
    return page(rows, limit=fitting, key=lambda row: str(row["_id"]))
