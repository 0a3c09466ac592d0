"""POST /ai/estimate"""

from typing import Annotated, Any

from lms.ai import estimate
from lms.ai.models import AnalysisRequest, CourseQuestion, CourseRequest
from lms.ai.proposals.models.enhancement import EnhancementRequest
from lms.ai.proposals.models.quiz import QuizRequest
from lms.caller import Caller, allowed
from lms.grading.models.asked import GradingAsked
from lms.http import app, lambda_handler, shown
from lms.spending.models.estimate import Estimate, EstimateBody

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]

_REQUESTS: dict[str, Any] = {
    "generate_course": CourseRequest,
    "enhance_content": EnhancementRequest,
    "generate_quiz": QuizRequest,
    "analyze_performance": AnalysisRequest,
    "grade": GradingAsked,
    "ask": CourseQuestion,
}


@app.post("/ai/estimate")
def estimate_task(
    body: EstimateBody, caller: Annotated[Caller, Depends(allowed("usage.estimate"))]
) -> Response[Estimate]:
    """An estimate, with its basis; nothing is started and nothing spent."""
    request = estimate.parsed(_REQUESTS[body.task], body.request)
    return shown(Estimate, estimate.of(caller, body.task, request))
