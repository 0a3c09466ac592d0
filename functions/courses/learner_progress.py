"""GET /courses/{id}/progress/{user_id}"""

from typing import Annotated

from lms import mongo
from lms.courses.access import CourseAccess, in_course
from lms.http import app, lambda_handler, shown
from lms.progress import overview
from lms.progress.models import CourseProgress

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/progress/<user_id>", compress=True, enable_validation=False)
def read(
    id: str, user_id: str, access: Annotated[CourseAccess, Depends(in_course("roster.read", load="outline"))]
) -> Response[CourseProgress]:
    return shown(CourseProgress, overview.of_learner(access, mongo.object_id(user_id)))
