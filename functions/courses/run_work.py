"""SQS WorkQueue: runs one step of a job that asks no model per message."""

from typing import Any

from lms.config import settings
from lms.enrollment import import_steps, imports
from lms.jobs import worker

from aws_lambda_powertools.utilities.typing import LambdaContext

_KINDS = {imports.KIND: import_steps.KIND}


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return worker.run_steps(event, context, _KINDS, settings().work_queue_url)
