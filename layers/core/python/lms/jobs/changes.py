"""Cancelling and retrying a job, and telling those who follow it."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms import audit, clock, events, mongo, realtime
from lms.errors import Conflict
from lms.jobs import dispatch, jobs, repository, starting
from lms.jobs.repository import UNFINISHED
from lms.mongo import Document, Transaction


def tell(job: Document) -> None:
    """Push the job as it stands to its owner and to who follows it."""
    realtime.announce(
        [job["owner_id"]],
        f"job:{job['_id']}",
        "job.progress" if job["status"] in UNFINISHED else "job.finished",
        jobs.show(job),
        cursor=str(job["version"]),
    )


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
    """Take up a failed or cancelled job again where it stood: finished steps are kept. Raise 429 BUDGET_EXCEEDED as
    for a new one."""

    def resume(tx: Transaction) -> Document:
        again: Document = {"status": "queued", "error": None, "finished_at": None}
        resumed = _change(tx, job, ("failed", "cancelled"), again)
        starting.require_budget(tx, resumed)
        repository.reopen_steps(tx, job["_id"], clock.now())
        events.record(tx, "job.retried", actor=actor_id, subject=job["_id"])
        audit.record(tx, "job.retry", actor=actor_id, target=job["_id"])
        tx.after_commit(lambda: dispatch.send(job["_id"]))
        tx.after_commit(lambda: tell(resumed))
        return resumed

    return mongo.transaction(resume)


def revise(tx: Transaction, job: Document, result: Mapping[str, Any]) -> Document:
    """Write what has become of a finished job's result since."""
    return _change(tx, job, ("succeeded",), {"result": result})


def _change(tx: Transaction, job: Document, only_in: tuple[str, ...], change: Mapping[str, Any]) -> Document:
    changed = repository.change_job(
        tx, job["_id"], {"$set": {**change, "updated_at": clock.now()}}, only_in=only_in
    )
    if changed is None:
        raise Conflict("The job is in a state that does not allow this", code="JOB_STATE")
    return changed
