"""SQS AiQueue: runs one step of a job that asks a model per message."""

from typing import Any

from lms.ai import enhancement_steps, generation_steps, performance_steps, quiz_generation_steps
from lms.config import settings
from lms.jobs import worker

from aws_lambda_powertools.utilities.typing import LambdaContext

_KINDS = {
    "course_generation": generation_steps.KIND,
    "content_enhancement": enhancement_steps.KIND,
    "quiz_generation": quiz_generation_steps.KIND,
    "performance_analysis": performance_steps.KIND,
}


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return worker.run_steps(event, context, _KINDS, settings().ai_queue_url)
