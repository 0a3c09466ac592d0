"""GET /submissions/{id}/similarity"""

from typing import Annotated

from lms.courses.access import CourseAccess
from lms.http import Cursor, Limit, Page, app, lambda_handler, page
from lms.similarity import reports
from lms.similarity.models.report import SimilarSubmission
from lms.submissions.access import of_submission

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/submissions/<id>/similarity", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(of_submission("similarity.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[SimilarSubmission]]:
    """What it has in common with others, passage by passage: evidence for a person, never a verdict."""
    rows = reports.of_submission(access, cursor, limit + 1)
    return page(rows, limit=limit, key=lambda row: row["place"])
