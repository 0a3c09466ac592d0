"""POST /ai/analyze-performance"""

from typing import Annotated

from lms import rate_limits
from lms.ai import performance
from lms.ai.models import AnalysisRequest
from lms.courses.access import CourseAccess, in_course_named
from lms.http import accepted, app, lambda_handler
from lms.idempotency import Work, once_prepared
from lms.jobs.models import Accepted

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from bson import ObjectId

__all__ = ["lambda_handler"]


@app.post("/ai/analyze-performance", status_code=202)
def analyze_performance(
    body: AnalysisRequest,
    access: Annotated[CourseAccess, Depends(in_course_named("performance.analyze", load="outline", progress=True))],
) -> Response[Accepted]:
    """A narrative over figures: a learner's own, or, for graders, a learner's or the whole course's."""

    def prepare() -> Work:
        performance.require_language(body.language)
        asked = performance.subject(access, ObjectId(body.user_id) if body.user_id else None)
        rate_limits.take(rate_limits.GENERATE_BY_PERSON, str(access.caller.id))
        return lambda tx: accepted(performance.start(tx, asked, body))

    return once_prepared(access.caller.id, prepare)
