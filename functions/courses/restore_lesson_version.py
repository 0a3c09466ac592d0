"""POST /courses/{id}/lessons/{lesson_id}/versions/{n}/restore"""

from typing import Annotated

from lms import mongo
from lms.courses import lessons, versions
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.lesson import Lesson
from lms.http import app, if_match, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/lessons/<lesson_id>/versions/<n>/restore", enable_validation=False)
def restore_lesson_version(
    id: str, lesson_id: str, n: str, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[Lesson]:
    lesson = lessons.restore(access, mongo.object_id(lesson_id), versions.number(n), if_match())
    return shown(Lesson, lesson, variant=lessons.variant(access))
