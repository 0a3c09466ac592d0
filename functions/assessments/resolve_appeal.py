"""POST /appeals/{id}/resolve"""

from typing import Annotated

from lms.appeals import appeals
from lms.appeals.access import of_appeal
from lms.appeals.models.appeal import Appeal, Resolution
from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, required_if_match, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/appeals/<id>/resolve")
def resolve(
    id: str, body: Resolution, access: Annotated[CourseAccess, Depends(of_appeal("grade.give"))]
) -> Response[Appeal]:
    """Answers the learner. If-Match is required; the grade is changed before, where it is, as any other."""
    answered = appeals.resolve(access, body, required_if_match())
    return shown(Appeal, answered, variant=appeals.variant(answered))
