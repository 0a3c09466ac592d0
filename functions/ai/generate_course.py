"""POST /ai/generate-course"""

from typing import Annotated

from lms import rate_limits
from lms.ai import generation
from lms.ai.models import CourseRequest
from lms.caller import Caller, allowed
from lms.http import accepted, app, lambda_handler
from lms.idempotency import Work, once_prepared
from lms.jobs.models import Accepted

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/ai/generate-course", status_code=202)
def generate_course(
    body: CourseRequest, caller: Annotated[Caller, Depends(allowed("course.generate"))]
) -> Response[Accepted]:
    def prepare() -> Work:
        rate_limits.take(rate_limits.GENERATE_BY_PERSON, str(caller.id))
        sources = generation.sources_for(body, caller)
        return lambda tx: accepted(generation.start(tx, caller.id, body, sources))

    return once_prepared(caller.id, prepare)
