"""SQS SimilarityQueue: runs one step of the comparison of submissions per message."""

from typing import Any

from lms.config import settings
from lms.jobs import worker
from lms.similarity import runs, steps

from aws_lambda_powertools.utilities.typing import LambdaContext

_KINDS = {runs.KIND: steps.KIND}


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return worker.run_steps(event, context, _KINDS, settings().similarity_queue_url)
