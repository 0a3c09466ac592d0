"""GET /courses/{id}/appeals"""

from typing import Annotated

from lms.appeals import appeals
from lms.appeals.models.appeal import Appeal, State
from lms.courses.access import CourseAccess, in_course
from lms.http import Cursor, Limit, Page, app, lambda_handler, page

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/appeals", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("grade.read"))],
    state: State | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[Appeal]]:
    """Staff: all of the learners whom they see. Learners: their own. The open ones first, the oldest first."""
    rows = appeals.page(access, state, cursor, limit + 1)
    return page(rows, limit=limit, key=appeals.place)
