"""GET /users/me/grading-queue"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.grades import queue
from lms.grades.models.queue import ToGrade
from lms.http import Cursor, Limit, Page, app, lambda_handler, page

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/users/me/grading-queue", compress=True)
def browse(
    caller: Annotated[Caller, Depends(allowed("course.list"))], limit: Limit = 20, cursor: Cursor = None
) -> Response[Page[ToGrade]]:
    """What waits for the caller in all courses where they give grades, the longest waiting first."""
    rows = queue.page(caller, cursor, limit + 1)
    return page(rows, limit=limit, key=queue.place)
