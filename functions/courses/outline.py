"""GET, PUT /courses/{id}/outline"""

from typing import Annotated

from lms.courses import outline
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.outline import Outline, OutlineOrder
from lms.http import app, if_match, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/outline", compress=True, enable_validation=False)
def read(
    id: str, access: Annotated[CourseAccess, Depends(in_course("course.read", load="outline", progress=True))]
) -> Response[Outline]:
    return shown(Outline, outline.shown(access, access.course), variant=access.role)


@app.put("/courses/<id>/outline")
def reorder(
    id: str, body: OutlineOrder, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[Outline]:
    return shown(Outline, outline.reorder(access, body, if_match()), variant=access.role)
