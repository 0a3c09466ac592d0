"""GET, PATCH, DELETE /courses/{id}/lessons/{lesson_id}"""

from typing import Annotated

from lms import mongo
from lms.courses import lessons
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.lesson import Lesson, LessonChange
from lms.http import app, if_match, lambda_handler, no_content, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/lessons/<lesson_id>", compress=True, enable_validation=False)
def read(
    id: str, lesson_id: str, access: Annotated[CourseAccess, Depends(in_course("lesson.read", progress=True))]
) -> Response[Lesson]:
    return shown(Lesson, lessons.read(access, mongo.object_id(lesson_id)), variant=lessons.variant(access))


@app.patch("/courses/<id>/lessons/<lesson_id>")
def change(
    id: str, lesson_id: str, body: LessonChange, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[Lesson]:
    lesson = lessons.change(access, mongo.object_id(lesson_id), body, if_match())
    return shown(Lesson, lesson, variant=lessons.variant(access))


@app.delete("/courses/<id>/lessons/<lesson_id>", status_code=204, enable_validation=False)
def delete(
    id: str, lesson_id: str, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[None]:
    lessons.delete(access, mongo.object_id(lesson_id), if_match())
    return no_content()
