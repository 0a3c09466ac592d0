"""A job as people see it: started, followed, cancelled, retried.

What its steps do stands in ``generation``; how they are claimed and settled stands in ``steps``.
"""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms import audit, clock, events, mongo, realtime
from lms.ai import dispatch, repository
from lms.ai.models import Job
from lms.ai.repository import UNFINISHED
from lms.caller import Caller
from lms.courses import access
from lms.cursors import decode_id
from lms.errors import Conflict, Forbidden, NotFound
from lms.mongo import Document, Transaction
from lms.permissions import Role

NO_USAGE = {"input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0}


def start(
    tx: Transaction, owner_id: ObjectId, kind: str, *, first_step: str, total: int, **details: Any
) -> Document:
    """Store a job with its first step, whose message goes out once the transaction stands."""
    now = clock.now()
    job: Document = {
        "_id": ObjectId(),
        "kind": kind,
        "status": "queued",
        "owner_id": owner_id,
        "progress": {"step": first_step, "done": 0, "total": total},
        "usage": dict(NO_USAGE),
        "course_id": None,
        "result": None,
        "error": None,
        "created_at": now,
        "updated_at": now,
        "version": 1,
        **details,
    }
    repository.add_job(tx, job)
    repository.add_steps(tx, job["_id"], [first_step], now)
    events.record(tx, "job.started", actor=owner_id, subject=job["_id"], kind=kind)
    tx.after_commit(lambda: dispatch.send(job["_id"]))
    return job


def show(job: Document) -> dict[str, Any]:
    return Job.model_validate(job).model_dump(mode="json")


def tell(job: Document) -> None:
    """Push the job as it stands to its owner and to who follows it."""
    realtime.announce(
        [job["owner_id"]],
        f"job:{job['_id']}",
        "job.progress" if job["status"] in UNFINISHED else "job.finished",
        show(job),
        cursor=str(job["version"]),
    )


def visible_to(who: Caller, job_id: str) -> Document:
    """The job, for who started it, the editors of its course and admins; nobody else may know that it exists."""
    job = repository.job_by_id(mongo.object_id(job_id))
    if job is None or not (job["owner_id"] == who.id or who.role is Role.ADMIN or _edits_course(who, job)):
        raise NotFound()
    return job


def _edits_course(who: Caller, job: Document) -> bool:
    if job["course_id"] is None:
        return False
    try:
        access.enter(who, job["course_id"], "course.edit")
    except (NotFound, Forbidden):
        return False
    return True


def started_by(user_id: ObjectId, cursor: str | None, limit: int) -> list[Document]:
    """The person's jobs, newest first, after the place that the cursor names."""
    return repository.jobs_of(user_id, decode_id(cursor), limit)


def cancel(actor_id: ObjectId, job: Document) -> Document:
    """Stop a job that is not finished. Cancelling a cancelled one changes nothing."""
    if job["status"] == "cancelled":
        return job

    def stop(tx: Transaction) -> Document:
        stopped = _change(tx, job, UNFINISHED, {"status": "cancelled", "finished_at": clock.now()})
        repository.cancel_steps(tx, job["_id"])
        events.record(tx, "job.cancelled", actor=actor_id, subject=job["_id"])
        audit.record(tx, "job.cancel", actor=actor_id, target=job["_id"])
        tx.after_commit(lambda: tell(stopped))
        return stopped

    return mongo.transaction(stop)


def retry(actor_id: ObjectId, job: Document) -> Document:
    """Take up a failed or cancelled job again where it stood: finished steps are kept."""

    def resume(tx: Transaction) -> Document:
        again: Document = {"status": "queued", "error": None, "finished_at": None}
        resumed = _change(tx, job, ("failed", "cancelled"), again)
        repository.reopen_steps(tx, job["_id"], clock.now())
        events.record(tx, "job.retried", actor=actor_id, subject=job["_id"])
        audit.record(tx, "job.retry", actor=actor_id, target=job["_id"])
        tx.after_commit(lambda: dispatch.send(job["_id"]))
        tx.after_commit(lambda: tell(resumed))
        return resumed

    return mongo.transaction(resume)


def _change(tx: Transaction, job: Document, only_in: tuple[str, ...], change: Mapping[str, Any]) -> Document:
    changed = repository.change_job(
        tx, job["_id"], {"$set": {**change, "updated_at": clock.now()}}, only_in=only_in
    )
    if changed is None:
        raise Conflict("The job is in a state that does not allow this", code="JOB_STATE")
    return changed
