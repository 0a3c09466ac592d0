"""POST /courses/{id}/lessons"""

from typing import Annotated

from lms.courses import lessons
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.lesson import Lesson, NewLesson
from lms.http import app, created, lambda_handler
from lms.idempotency import once
from lms.mongo import Transaction

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/lessons", status_code=201)
def create(
    id: str, body: NewLesson, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[Lesson]:
    def work(tx: Transaction) -> Response[Lesson]:
        lesson = lessons.create(tx, access, body)
        location = f"/courses/{access.course_id}/lessons/{lesson['_id']}"
        return created(Lesson, lesson, location, variant=lessons.variant(access))

    return once(access.caller.id, work)
