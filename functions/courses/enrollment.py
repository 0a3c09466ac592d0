"""PATCH, DELETE /courses/{id}/enrollments/{user_id}"""

from typing import Annotated

from lms import mongo
from lms.courses.access import CourseAccess, in_course
from lms.enrollment import changing
from lms.enrollment.models import Enrollment, EnrollmentChange
from lms.http import app, if_match, lambda_handler, no_content, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.patch("/courses/<id>/enrollments/<user_id>")
def change(
    id: str,
    user_id: str,
    body: EnrollmentChange,
    access: Annotated[CourseAccess, Depends(in_course("course.edit"))],
) -> Response[Enrollment]:
    return shown(Enrollment, changing.change(access, mongo.object_id(user_id), body, if_match()))


@app.delete("/courses/<id>/enrollments/<user_id>", status_code=204, enable_validation=False)
def delete(
    id: str, user_id: str, access: Annotated[CourseAccess, Depends(in_course("course.leave"))]
) -> Response[None]:
    changing.leave(access, mongo.object_id(user_id), if_match())
    return no_content()
