"""GET /assignments/{id}/grades"""

from typing import Annotated

from lms.assignments.access import of_assignment
from lms.courses.access import CourseAccess
from lms.grades import grades
from lms.grades.models.grade import GradedLearner
from lms.http import Cursor, Limit, Page, app, lambda_handler, page

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/assignments/<id>/grades", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(of_assignment("grade.give"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[GradedLearner]]:
    """A row for each learner, graded or not, with what was handed in last."""
    rows = grades.page(access, cursor, limit + 1)
    return page(rows, limit=limit, key=lambda row: row["place"])
