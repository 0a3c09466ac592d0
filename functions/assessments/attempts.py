"""POST /quizzes/{id}/attempts, GET /quizzes/{id}/attempts"""

from typing import Annotated

from lms.attempts import showing, starting
from lms.attempts.models.attempt import Attempt, AttemptSummary, StartBody
from lms.courses.access import CourseAccess
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page, shown
from lms.quizzes.access import of_quiz

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/quizzes/<id>/attempts", status_code=201)
def start(
    id: str,
    body: StartBody,
    access: Annotated[CourseAccess, Depends(of_quiz("attempt.take", load="outline", progress=True))],
) -> Response[Attempt]:
    """201 with a new attempt, 200 with the one that is open already."""
    attempt, fresh = starting.start(access, body.access_code)
    view = showing.shown(access, attempt, access.resource)
    return created(Attempt, view, f"/attempts/{attempt['_id']}") if fresh else shown(Attempt, view)


@app.get("/quizzes/<id>/attempts", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(of_quiz("attempt.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[AttemptSummary]]:
    rows = showing.page(access, cursor, limit + 1)
    return page(rows, limit=limit, key=lambda row: str(row["_id"]))
