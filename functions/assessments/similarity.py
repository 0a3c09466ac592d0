"""POST, GET /assignments/{id}/similarity"""

from typing import Annotated

from lms.assignments.access import of_assignment
from lms.courses.access import CourseAccess
from lms.http import Cursor, Limit, accepted, app, lambda_handler, page
from lms.idempotency import once
from lms.jobs.models import Accepted
from lms.similarity import reports, runs
from lms.similarity.models.report import SimilarityReport

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/assignments/<id>/similarity", status_code=202, enable_validation=False)
def compare(
    id: str, access: Annotated[CourseAccess, Depends(of_assignment("similarity.read"))]
) -> Response[Accepted]:
    """Compares each last submission with all earlier ones of the course, and of other years where allowed."""
    return once(access.caller.id, lambda tx: accepted(runs.start(tx, access)))


@app.get("/assignments/<id>/similarity", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(of_assignment("similarity.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[SimilarityReport]:
    """Results are evidence for a person, never a verdict."""
    ranking = reports.Ranking(access, cursor, limit + 1)
    answer = page(ranking.rows, limit=limit, key=lambda row: row["place"])
    answer.body = {**ranking.summary, **answer.body}
    return answer
