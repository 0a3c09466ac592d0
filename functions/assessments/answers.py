"""PUT /attempts/{id}/answers, GET /attempts/{id}/answers"""

from typing import Annotated

from lms.attempts import history, saving
from lms.attempts.access import of_attempt
from lms.attempts.models.saving import AnswersBody, LoggedSave, Receipt
from lms.courses.access import CourseAccess
from lms.http import Cursor, Limit, Page, app, lambda_handler, page, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.put("/attempts/<id>/answers")
def save(
    id: str, body: AnswersBody, access: Annotated[CourseAccess, Depends(of_attempt("attempt.take"))]
) -> Response[Receipt]:
    """A receipt is given only when the answers are safe; without one, send the same again."""
    return shown(Receipt, saving.save(access, body))


@app.get("/attempts/<id>/answers", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(of_attempt("attempt.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[LoggedSave]]:
    """Every call that was saved, in the order of arrival: the history of every answer."""
    rows = history.page(access, cursor, limit + 1)
    return page(rows, limit=limit, key=history.place)
