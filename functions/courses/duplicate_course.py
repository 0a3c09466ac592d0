"""POST /courses/{id}/duplicate"""

from typing import Annotated

from lms.courses import duplication
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.course import Course, Duplicate
from lms.http import app, created, lambda_handler
from lms.idempotency import once
from lms.mongo import Transaction

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/duplicate", status_code=201)
def duplicate_course(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("course.edit"))],
    body: Duplicate | None = None,
) -> Response[Course]:
    def work(tx: Transaction) -> Response[Course]:
        course = duplication.duplicate(tx, access, body or Duplicate())
        return created(Course, course, f"/courses/{course['_id']}", variant=course["role"])

    return once(access.caller.id, work)
