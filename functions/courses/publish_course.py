"""POST /courses/{id}/publish"""

from typing import Annotated

from lms.courses import publishing
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.course import Completeness, Publication
from lms.http import app, if_match, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/publish")
def publish_course(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("course.publish"))],
    body: Publication | None = None,
) -> Response[Completeness]:
    return shown(Completeness, publishing.publish(access, body or Publication(), if_match()))
