"""GET, PUT /assignments/{id}/overrides"""

from typing import Annotated

from lms.assignments import overrides
from lms.assignments.access import of_assignment
from lms.assignments.models.overrides import AssignmentOverrides, DatesOverrideList
from lms.courses.access import CourseAccess
from lms.http import app, if_match, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/assignments/<id>/overrides", compress=True, enable_validation=False)
def read(
    id: str, access: Annotated[CourseAccess, Depends(of_assignment("assignment.edit"))]
) -> Response[AssignmentOverrides]:
    return shown(AssignmentOverrides, access.resource, variant="overrides")


@app.put("/assignments/<id>/overrides")
def replace(
    id: str,
    body: DatesOverrideList,
    access: Annotated[CourseAccess, Depends(of_assignment("assignment.edit"))],
) -> Response[AssignmentOverrides]:
    """Replaces the whole list."""
    return shown(AssignmentOverrides, overrides.replace(access, body, if_match()), variant="overrides")
