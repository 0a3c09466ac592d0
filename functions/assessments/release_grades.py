"""POST /assignments/{id}/release"""

from typing import Annotated

from lms.assignments.access import of_assignment
from lms.courses.access import CourseAccess
from lms.grades import releasing
from lms.grades.models.grade import GradesToRelease, ReleasedGrades
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/assignments/<id>/release")
def release(
    id: str, body: GradesToRelease, access: Annotated[CourseAccess, Depends(of_assignment("grade.give"))]
) -> Response[ReleasedGrades]:
    """Lets learners see the grades that are held; what is released already stays so."""
    return shown(ReleasedGrades, releasing.release(access, body.user_ids))
