"""Starting a job of whatever kind."""

from collections.abc import Sequence
from typing import Any

from bson import ObjectId

from lms import clock, events
from lms.jobs import dispatch, repository
from lms.mongo import Document, Transaction
from lms.spending import budgets
from lms.spending.scopes import Payer

NO_USAGE = {"input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0}


def start(
    tx: Transaction,
    owner_id: ObjectId,
    kind: str,
    *,
    first_step: str,
    total: int,
    stage: str | None = None,
    beside: Sequence[str] = (),
    whatever_is_left: bool = False,
    **details: Any,
) -> Document:
    """Store a job with its first step, whose message goes out once the transaction stands. ``stage`` is that
    step's, where it has another name. The steps ``beside`` it begin with it.

    Raise as ``require_budget``, unless the job is to be ``whatever_is_left``: its steps fail then.
    """
    now = clock.now()
    job: Document = {
        "_id": ObjectId(),
        "kind": kind,
        "status": "queued",
        "owner_id": owner_id,
        "progress": {"step": stage or first_step, "done": 0, "total": total},
        "usage": dict(NO_USAGE),
        "course_id": None,
        "result": None,
        "error": None,
        "created_at": now,
        "updated_at": now,
        "version": 1,
        **details,
    }
    if not whatever_is_left:
        require_budget(tx, job)
    repository.add_job(tx, job)
    repository.add_steps(tx, job, [first_step, *beside], now)
    events.record(tx, "job.started", actor=owner_id, subject=job["_id"], kind=kind)
    tx.after_commit(lambda: dispatch.send(job["_id"]))
    return job


def require_budget(tx: Transaction, job: Document) -> None:
    """Raise 429 BUDGET_EXCEEDED where a step of the job is still to ask a model, and a budget that holds for it is
    used up. The last of several steps puts together what the others have made."""
    progress = job["progress"]
    if job.get("provider") == "gemini" and progress["done"] < max(1, progress["total"] - 1):
        budgets.require_left(Payer(job["owner_id"], job["course_id"]), tx)
