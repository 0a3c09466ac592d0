"""POST /courses/{id}/restore"""

from typing import Annotated

from lms.courses import authoring
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.course import Course
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/restore", enable_validation=False)
def restore_course(
    id: str, access: Annotated[CourseAccess, Depends(in_course("course.restore", deleted=True))]
) -> Response[Course]:
    return shown(Course, authoring.restore(access), variant=access.role)
