"""Messages to the AI queue: sent after the commit that made a step due, and again where a crash came between."""

from collections.abc import Sequence
from datetime import timedelta

from bson import ObjectId

from lms import clock, queues
from lms.ai import repository
from lms.config import settings
from lms.mongo import Document
from lms.telemetry import logger

_UNTAKEN_AFTER = timedelta(minutes=15)


def send(job_id: ObjectId) -> None:
    """Send a message for each of the job's steps that has none yet."""
    _send(repository.unsent_steps(job_id))


def sweep(limit: int = 500) -> int:
    """Send again what a crash left unsent, unclaimed or unfinished; return how many steps that were."""
    overdue = repository.overdue_steps(clock.now(), limit)
    _send(overdue)
    if overdue:
        logger.info("steps sent again", count=len(overdue))
    return len(overdue)


def _send(steps: Sequence[Document]) -> None:
    if not steps:
        return
    queues.send(settings().ai_queue_url, [{"job_id": str(step["job_id"]), "step": step["name"]} for step in steps])
    repository.mark_sent([step["_id"] for step in steps], clock.now() + _UNTAKEN_AFTER)
