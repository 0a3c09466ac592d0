"""POST /courses/{id}/enrollments/import"""

from typing import Annotated

from lms import rate_limits
from lms.courses.access import CourseAccess, in_course
from lms.enrollment import imports
from lms.enrollment.models import LearnerList
from lms.http import accepted, app, lambda_handler
from lms.idempotency import Work, once_prepared
from lms.jobs.models import Accepted

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/enrollments/import", status_code=202)
def import_enrollments(
    id: str, body: LearnerList, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[Accepted]:
    def prepare() -> Work:
        rate_limits.take(rate_limits.IMPORT_BY_PERSON, str(access.caller.id))
        rows = imports.read(access, body.csv)
        return lambda tx: accepted(imports.start(tx, access, rows))

    return once_prepared(access.caller.id, prepare)
