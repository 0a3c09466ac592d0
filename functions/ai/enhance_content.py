"""POST /ai/enhance-content"""

from typing import Annotated

from lms import rate_limits
from lms.ai import enhancement
from lms.ai.proposals.models.enhancement import EnhancementRequest
from lms.courses.access import CourseAccess, in_course_of_lesson_named
from lms.http import accepted, app, lambda_handler
from lms.idempotency import Work, once_prepared
from lms.jobs.models import Accepted

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/ai/enhance-content", status_code=202)
def enhance_content(
    body: EnhancementRequest,
    access: Annotated[CourseAccess, Depends(in_course_of_lesson_named("course.edit", load="summary"))],
) -> Response[Accepted]:
    def prepare() -> Work:
        rate_limits.take(rate_limits.PROPOSE_BY_PERSON, str(access.caller.id))
        parts = enhancement.prepared(access, body)
        return lambda tx: accepted(enhancement.start(tx, access, body, parts))

    return once_prepared(access.caller.id, prepare)
