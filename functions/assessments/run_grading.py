"""SQS GradingQueue: grades one submission per message."""

from typing import Any

from lms.config import settings
from lms.grading import runs, steps
from lms.jobs import worker

from aws_lambda_powertools.utilities.typing import LambdaContext

_KINDS = {runs.KIND: steps.KIND}


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return worker.run_steps(event, context, _KINDS, settings().grading_queue_url)
