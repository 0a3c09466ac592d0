"""GET /submissions/{id}/texts"""

from typing import Annotated

from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, shown
from lms.submissions import texts
from lms.submissions.access import of_submission
from lms.submissions.models.submission import FileTexts

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/submissions/<id>/texts", compress=True, enable_validation=False)
def read(
    id: str, access: Annotated[CourseAccess, Depends(of_submission("submission.read"))]
) -> Response[FileTexts]:
    """What could be read of its files: what is compared with others' and what an AI reads."""
    return shown(FileTexts, {"items": texts.of_files(access)})
