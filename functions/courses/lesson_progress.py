"""PUT /courses/{id}/lessons/{lesson_id}/progress"""

from typing import Annotated

from lms import mongo
from lms.courses.access import CourseAccess, in_course
from lms.http import app, lambda_handler, shown
from lms.progress import overview, tracking
from lms.progress.models import Heartbeat, Recorded

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.put("/courses/<id>/lessons/<lesson_id>/progress")
def record(
    id: str,
    lesson_id: str,
    body: Heartbeat,
    access: Annotated[CourseAccess, Depends(in_course("course.learn", load="outline", progress=True))],
) -> Response[Recorded]:
    lesson = mongo.object_id(lesson_id)
    progress = tracking.record(access, lesson, body)
    return shown(
        Recorded, {**overview.summary(access.course, progress), "lesson": overview.lesson(lesson, progress)}
    )
