"""PATCH, DELETE /courses/{id}/cohorts/{cohort_id}"""

from typing import Annotated

from lms import mongo
from lms.courses.access import CourseAccess, in_course
from lms.enrollment import cohorts
from lms.enrollment.models import Cohort, CohortChange
from lms.http import app, if_match, lambda_handler, no_content, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.patch("/courses/<id>/cohorts/<cohort_id>")
def change(
    id: str,
    cohort_id: str,
    body: CohortChange,
    access: Annotated[CourseAccess, Depends(in_course("course.edit"))],
) -> Response[Cohort]:
    return shown(Cohort, cohorts.change(access, mongo.object_id(cohort_id), body, if_match()))


@app.delete("/courses/<id>/cohorts/<cohort_id>", status_code=204, enable_validation=False)
def delete(
    id: str, cohort_id: str, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[None]:
    cohorts.delete(access, mongo.object_id(cohort_id), if_match())
    return no_content()
