"""A queue's worker that runs one step of a job per message."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from bson import ObjectId

from lms import batches
from lms.jobs import steps
from lms.telemetry import logger


def run_steps(event: dict[str, Any], context: LambdaContext, kinds: steps.Kinds, queue_url: str) -> dict[str, Any]:
    """The answer to an SQS event of the queue that holds the steps of these kinds."""

    def run(message: dict[str, Any], seconds_left: batches.SecondsLeft) -> None:
        logger.set_correlation_id(str(message["job_id"]))
        steps.run(kinds, ObjectId(message["job_id"]), str(message["step"]), seconds_left)

    return batches.process(event, context, queue_url, run, steps.wait_seconds)
