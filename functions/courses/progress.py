"""GET /courses/{id}/progress"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.http import app, lambda_handler, shown
from lms.progress import overview
from lms.progress.models import CourseProgress

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/progress", compress=True, enable_validation=False)
def read(
    id: str, access: Annotated[CourseAccess, Depends(in_course("course.learn", load="outline", progress=True))]
) -> Response[CourseProgress]:
    return shown(CourseProgress, overview.own(access))
