"""GET /users/me/courses"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.http import Cursor, Limit, Page, app, lambda_handler, page
from lms.progress import my_courses
from lms.progress.models import MyCourse

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/users/me/courses", compress=True)
def browse(
    caller: Annotated[Caller, Depends(allowed("course.list"))], limit: Limit = 20, cursor: Cursor = None
) -> Response[Page[MyCourse]]:
    courses = my_courses.page(caller, cursor, limit + 1)
    return page(courses, limit=limit, key=lambda course: str(course["_id"]))
