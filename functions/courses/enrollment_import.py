"""GET /courses/{id}/enrollments/import/{job_id}"""

from typing import Annotated

from lms import mongo
from lms.courses.access import CourseAccess, in_course
from lms.enrollment import imports
from lms.enrollment.models import ImportRow
from lms.http import Cursor, Limit, Page, app, lambda_handler, page

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/enrollments/import/<job_id>", compress=True)
def list_import_rows(
    id: str,
    job_id: str,
    access: Annotated[CourseAccess, Depends(in_course("course.edit"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[ImportRow]]:
    rows = imports.report(access, mongo.object_id(job_id), cursor, limit + 1)
    return page(rows, limit=limit, key=lambda row: row["row"])
