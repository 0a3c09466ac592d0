"""GET, PATCH, DELETE /courses/{id}"""

from typing import Annotated

from lms.courses import authoring
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.course import Course, CourseChange
from lms.http import app, if_match, lambda_handler, no_content, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>", compress=True, enable_validation=False)
def read(
    id: str, access: Annotated[CourseAccess, Depends(in_course("course.read", load="summary"))]
) -> Response[Course]:
    return shown(Course, {**access.course, "role": access.role}, variant=access.role)


@app.patch("/courses/<id>")
def change(
    id: str, body: CourseChange, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[Course]:
    return shown(Course, authoring.change(access, body, if_match()), variant=access.role)


@app.delete("/courses/<id>", status_code=204, enable_validation=False)
def delete(id: str, access: Annotated[CourseAccess, Depends(in_course("course.delete"))]) -> Response[None]:
    authoring.delete(access, if_match())
    return no_content()
