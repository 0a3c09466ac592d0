"""GET, POST /courses/{id}/enrollments"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.enrollment import joining, roster
from lms.enrollment.models import Enrollment, Entry, RosterRow
from lms.enrollment.states import EnrollmentStatus
from lms.fields import Reference
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page, shown
from lms.idempotency import Work, once_prepared
from lms.mongo import Transaction

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

__all__ = ["lambda_handler"]


_ENROLLED = OpenAPIResponse(description="", content={"application/json": {"model": Enrollment}})


@app.post("/courses/<id>/enrollments", status_code=201, responses={200: _ENROLLED, 201: _ENROLLED})
def enroll(
    id: str, body: Entry, access: Annotated[CourseAccess, Depends(in_course("course.enroll"))]
) -> Response[Enrollment]:
    def prepare() -> Work:
        entrant = joining.admit(access, body)

        def work(tx: Transaction) -> Response[Enrollment]:
            row = joining.join(tx, access, entrant)
            if not row["fresh"]:
                return shown(Enrollment, row)
            return created(Enrollment, row, f"/courses/{access.course_id}/enrollments/{row['user_id']}")

        return work

    return once_prepared(access.caller.id, prepare)


@app.get("/courses/<id>/enrollments", compress=True)
def list_enrollments(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("roster.read", load="outline"))],
    status: Annotated[EnrollmentStatus | None, Query()] = None,
    cohort: Annotated[Reference | None, Query(description="a cohort's id")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[RosterRow]]:
    rows = roster.page(access, status, cohort, cursor, limit + 1)
    return page(rows, limit=limit, key=lambda row: str(row["_id"]))
