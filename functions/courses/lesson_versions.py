"""GET /courses/{id}/lessons/{lesson_id}/versions"""

from operator import itemgetter
from typing import Annotated

from lms import mongo
from lms.courses import versions
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.version import LessonVersion
from lms.cursors import decode_number
from lms.http import Cursor, Limit, Page, app, lambda_handler, page

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/lessons/<lesson_id>/versions", compress=True)
def browse(
    id: str,
    lesson_id: str,
    access: Annotated[CourseAccess, Depends(in_course("course.edit"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[LessonVersion]]:
    rows = versions.of(access, mongo.object_id(lesson_id), decode_number(cursor), limit + 1)
    return page(rows, limit=limit, key=itemgetter("n"))
