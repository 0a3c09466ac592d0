"""GET /users/me/grades"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.grades import mine
from lms.grades.models.grade import MyGrade
from lms.http import Cursor, Limit, Page, app, lambda_handler, page

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/users/me/grades", compress=True)
def browse(
    caller: Annotated[Caller, Depends(allowed("course.list"))], limit: Limit = 20, cursor: Cursor = None
) -> Response[Page[MyGrade]]:
    """The caller's own that are released, in all courses."""
    grades = mine.page(caller, cursor, limit + 1)
    return page(grades, limit=limit, key=lambda grade: str(grade["_id"]))
