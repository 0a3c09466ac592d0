"""GET /assignments/{id}/analysis"""

from typing import Annotated

from lms.assignments.access import of_assignment
from lms.courses.access import CourseAccess
from lms.grades import analysis
from lms.grades.models.analysis import AssignmentAnalysis
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/assignments/<id>/analysis", compress=True, enable_validation=False)
def analyse_assignment(
    id: str, access: Annotated[CourseAccess, Depends(of_assignment("grade.give"))]
) -> Response[AssignmentAnalysis]:
    """Figures of the grades; null where one is not defined."""
    return shown(AssignmentAnalysis, analysis.of(access))
