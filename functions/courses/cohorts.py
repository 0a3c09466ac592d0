"""GET, POST /courses/{id}/cohorts"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.enrollment import cohorts
from lms.enrollment.models import Cohort, NewCohort
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page
from lms.idempotency import once
from lms.mongo import Transaction

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/cohorts", status_code=201)
def create(
    id: str, body: NewCohort, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[Cohort]:
    def work(tx: Transaction) -> Response[Cohort]:
        cohort = cohorts.create(tx, access, body)
        return created(Cohort, cohort, f"/courses/{access.course_id}/cohorts/{cohort['_id']}")

    return once(access.caller.id, work)


@app.get("/courses/<id>/cohorts", compress=True)
def list_cohorts(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("roster.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[Cohort]]:
    rows = cohorts.page(access, cursor, limit + 1)
    return page(rows, limit=limit, key=lambda row: str(row["_id"]))
