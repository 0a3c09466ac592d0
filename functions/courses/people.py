"""GET /courses/{id}/people"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.enrollment import members
from lms.enrollment.models import Member
from lms.http import Cursor, Limit, Page, app, lambda_handler, page

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/people", compress=True)
def list_people(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("people.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[Member]]:
    return page(members.page(access, cursor, limit + 1), limit=limit, key=lambda row: row["place"])
