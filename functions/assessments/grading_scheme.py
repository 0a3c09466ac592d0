"""PUT /courses/{id}/grading-scheme"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.gradebook import changing
from lms.gradebook.models.scheme import CourseScheme, GradingScheme
from lms.http import app, lambda_handler, required_if_match, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.put("/courses/<id>/grading-scheme")
def replace(
    id: str, body: GradingScheme, access: Annotated[CourseAccess, Depends(in_course("gradebook.edit"))]
) -> Response[CourseScheme]:
    """If-Match is required, with the gradebook's version: "0" before anything is set."""
    return shown(CourseScheme, changing.put_scheme(access, body, required_if_match()))
