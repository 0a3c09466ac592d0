"""GET, PUT /courses/{id}/enrollment-policy"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.enrollment import policy
from lms.enrollment.models import EnrollmentPolicy, PolicyDraft
from lms.http import app, if_match, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/enrollment-policy", compress=True, enable_validation=False)
def read(id: str, access: Annotated[CourseAccess, Depends(in_course("course.read"))]) -> Response[EnrollmentPolicy]:
    found = policy.of(access.course_id)
    return shown(EnrollmentPolicy, found, variant=policy.variant(found))


@app.put("/courses/<id>/enrollment-policy")
def change(
    id: str, body: PolicyDraft, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[EnrollmentPolicy]:
    changed = policy.change(access, body, if_match())
    return shown(EnrollmentPolicy, changed, variant=policy.variant(changed))
