"""POST /ai/generate-quiz"""

from typing import Annotated

from lms import rate_limits
from lms.ai import quiz_generation
from lms.ai.proposals.models.quiz import QuizRequest
from lms.courses.access import CourseAccess, in_course_named
from lms.http import accepted, app, lambda_handler
from lms.idempotency import Work, once_prepared
from lms.jobs.models import Accepted

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/ai/generate-quiz", status_code=202)
def generate_quiz(
    body: QuizRequest,
    access: Annotated[CourseAccess, Depends(in_course_named("question.edit", load="summary"))],
) -> Response[Accepted]:
    def prepare() -> Work:
        rate_limits.take(rate_limits.PROPOSE_BY_PERSON, str(access.caller.id))
        asked = quiz_generation.prepared(access, body)
        return lambda tx: accepted(quiz_generation.start(tx, access, body, asked))

    return once_prepared(access.caller.id, prepare)
