"""GET, PATCH /courses/{id}/gradebook"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.gradebook import changing, pages
from lms.gradebook.models.change import ChangedGradebook, GradebookChange
from lms.gradebook.models.page import GradebookPage
from lms.http import Cursor, Limit, app, if_match, lambda_handler, page, shown, tag

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/gradebook", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("gradebook.read"))],
    limit: Limit = 100,
    cursor: Cursor = None,
    learner: Annotated[str | None, Query(pattern="^[0-9a-f]{24}$", description="alone, and why so")] = None,
) -> Response[GradebookPage]:
    """A row for each learner; to a learner their own, of what is released."""
    opened = pages.of_learner(access, learner) if learner else pages.page(access, cursor, limit + 1)
    answer = page(opened.rows, limit=limit, key=lambda row: row["place"])
    answer.body |= pages.around(opened)
    answer.headers["ETag"] = tag(opened.book.version, pages.variant(answer.body))
    return answer


@app.patch("/courses/<id>/gradebook", compress=True)
def change(
    id: str, body: GradebookChange, access: Annotated[CourseAccess, Depends(in_course("gradebook.edit"))]
) -> Response[ChangedGradebook]:
    """Settings need If-Match, "0" before there are any; cells and overrides name their own versions."""
    return shown(ChangedGradebook, changing.change(access, body, if_match()))
