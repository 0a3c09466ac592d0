"""GET /submissions/{id}"""

from typing import Annotated

from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, shown
from lms.submissions import submissions
from lms.submissions.access import of_submission
from lms.submissions.models.submission import Submission

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/submissions/<id>", compress=True, enable_validation=False)
def read(
    id: str, access: Annotated[CourseAccess, Depends(of_submission("submission.read"))]
) -> Response[Submission]:
    submission = submissions.shown(access, access.resource)
    return shown(Submission, submission, variant=submissions.variant(submission))
