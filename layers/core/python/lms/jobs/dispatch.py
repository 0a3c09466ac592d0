"""Messages to the workers' queues: after the commit that made a step due, and again where a crash came between."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from bson import ObjectId

from lms import clock, queues
from lms.config import settings
from lms.jobs import repository
from lms.mongo import Document
from lms.telemetry import logger

AI_KINDS = frozenset({"course_generation", "content_enhancement", "quiz_generation", "performance_analysis"})
"""They ask a model, and wait for it: a queue of their own keeps the others from waiting with them."""

COMPUTING_KINDS = {"similarity": "similarity_queue_url", "grading": "grading_queue_url"}
"""They compute long, with a layer that their worker alone has; each with the setting that names its queue."""

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
    by_queue = defaultdict[str, list[Document]](list)
    for step in steps:
        by_queue[_queue_url(step["kind"])].append(step)
    for url, rows in by_queue.items():
        queues.send(url, [{"job_id": str(step["job_id"]), "step": step["name"]} for step in rows])
        repository.mark_sent([step["_id"] for step in rows], clock.now() + _UNTAKEN_AFTER)


def _queue_url(kind: str) -> str:
    if kind in AI_KINDS:
        return settings().ai_queue_url
    url: str = getattr(settings(), COMPUTING_KINDS.get(kind, "work_queue_url"))
    return url
