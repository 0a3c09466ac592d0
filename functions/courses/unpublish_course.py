"""POST /courses/{id}/unpublish"""

from typing import Annotated

from lms.courses import publishing
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.course import Course
from lms.http import app, if_match, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/unpublish", enable_validation=False)
def unpublish_course(
    id: str, access: Annotated[CourseAccess, Depends(in_course("course.publish"))]
) -> Response[Course]:
    return shown(Course, publishing.unpublish(access, if_match()), variant=access.role)
