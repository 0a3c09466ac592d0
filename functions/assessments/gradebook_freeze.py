"""POST /courses/{id}/gradebook/freeze"""

from functools import partial
from typing import Annotated

from lms import http
from lms.courses.access import CourseAccess, in_course
from lms.gradebook import freezing
from lms.gradebook.models.freeze import FreezeRequest, FrozenGradebook
from lms.http import app, if_match, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]

# Thousands of learners take seconds to read.
lambda_handler = partial(http.lambda_handler, mongodb_seconds=25)


@app.post("/courses/<id>/gradebook/freeze")
def freeze(
    id: str, body: FreezeRequest, access: Annotated[CourseAccess, Depends(in_course("gradebook.edit"))]
) -> Response[FrozenGradebook]:
    """Fixes the final grades of all active learners, or, with a reason, lets them move again."""
    return shown(FrozenGradebook, freezing.freeze(access, body, if_match()))
