"""GET /courses/{id}/learners/progress"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.http import Cursor, Limit, app, lambda_handler, page
from lms.progress import table
from lms.progress.models import LearnersPage

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/learners/progress", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("roster.read", load="outline"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[LearnersPage]:
    learners = table.page(access, cursor, limit + 1)
    answer = page(learners, limit=limit, key=lambda row: row["place"])
    answer.body["columns"] = table.columns(access)
    return answer
