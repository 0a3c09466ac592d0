"""GET, PUT /assignments/{id}/grades/{user_id}"""

from typing import Annotated

from lms.assignments.access import of_assignment
from lms.courses.access import CourseAccess
from lms.grades import grades
from lms.grades.models.grade import GivenGrade, Grade
from lms.http import app, lambda_handler, required_if_match, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/assignments/<id>/grades/<user_id>", compress=True, enable_validation=False)
def read(
    id: str, user_id: str, access: Annotated[CourseAccess, Depends(of_assignment("grade.read"))]
) -> Response[Grade]:
    """Staff: as it stands, version 0 before there is one. Learners: their own once it is released."""
    grade = grades.read(access, user_id)
    return shown(Grade, grade, variant=grades.variant(access, grade))


@app.put("/assignments/<id>/grades/<user_id>")
def give(
    id: str, user_id: str, body: GivenGrade, access: Annotated[CourseAccess, Depends(of_assignment("grade.give"))]
) -> Response[Grade]:
    """With or without a submission. If-Match is required, "0" before there is a grade."""
    grade = grades.put(access, user_id, body, required_if_match())
    return shown(Grade, grade, variant=grades.variant(access, grade))
