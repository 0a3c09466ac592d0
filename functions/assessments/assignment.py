"""GET, PATCH, DELETE /assignments/{id}"""

from typing import Annotated

from lms.assignments import assignments
from lms.assignments.access import of_assignment
from lms.assignments.models.assignment import AssignmentChange, CourseAssignment
from lms.courses.access import CourseAccess
from lms.http import app, if_match, lambda_handler, no_content, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/assignments/<id>", compress=True, enable_validation=False)
def read(
    id: str, access: Annotated[CourseAccess, Depends(of_assignment("assignment.read"))]
) -> Response[CourseAssignment]:
    assignment = assignments.shown(access, access.resource)
    return shown(CourseAssignment, assignment, variant=assignments.variant(access, assignment))


@app.patch("/assignments/<id>")
def change(
    id: str, body: AssignmentChange, access: Annotated[CourseAccess, Depends(of_assignment("assignment.edit"))]
) -> Response[CourseAssignment]:
    assignment = assignments.change(access, body, if_match())
    return shown(CourseAssignment, assignment, variant=assignments.variant(access, assignment))


@app.delete("/assignments/<id>", status_code=204, enable_validation=False)
def delete(id: str, access: Annotated[CourseAccess, Depends(of_assignment("assignment.edit"))]) -> Response[None]:
    assignments.delete(access, if_match())
    return no_content()
