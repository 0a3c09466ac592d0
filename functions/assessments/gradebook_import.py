"""POST /courses/{id}/gradebook/import"""

from functools import partial
from typing import Annotated

from lms import http
from lms.courses.access import CourseAccess, in_course
from lms.gradebook import imports
from lms.gradebook.models.sheet import GradebookSheet, SheetReport
from lms.http import app, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]

# Thousands of learners take seconds to read.
lambda_handler = partial(http.lambda_handler, mongodb_seconds=25)


@app.post("/courses/<id>/gradebook/import", compress=True)
def bring_in(
    id: str, body: GradebookSheet, access: Annotated[CourseAccess, Depends(in_course("gradebook.edit"))]
) -> Response[SheetReport]:
    """First a dry run; then the same file with the ``basis`` of its answer, whole or not at all."""
    return shown(SheetReport, imports.bring_in(access, body))
