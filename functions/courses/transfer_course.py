"""POST /courses/{id}/transfer"""

from typing import Annotated

from lms.courses import ownership
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.course import Course, Transfer
from lms.http import app, if_match, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from bson import ObjectId

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/transfer")
def transfer_course(
    id: str, body: Transfer, access: Annotated[CourseAccess, Depends(in_course("course.transfer"))]
) -> Response[Course]:
    course = ownership.transfer(access, ObjectId(body.user_id), if_match())
    return shown(Course, course, variant=course["role"])
