"""How a job's steps run: each claimed by one worker at a time, its output kept once, the next ones opened.

A step is idempotent by (job, step): a message that comes twice, late or in another order finds nothing to claim.
A worker that dies leaves a claim that runs out. Nothing depends on a queue's delay, or on a message being the
only one.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from bson import ObjectId

from lms import clock, events, metrics, mongo
from lms.config import settings
from lms.jobs import changes, dispatch, repository
from lms.jobs.failures import StepFailed, Trouble
from lms.jobs.repository import OPEN, UNFINISHED
from lms.mongo import Document, Transaction
from lms.telemetry import logger

_GRACE = timedelta(minutes=1)

Finish = Callable[[Transaction], Document]
"""Runs in the transaction that completes a step, and gives the job's fields that it settles."""


class Stage(NamedTuple):
    """Steps that run side by side, once those of the stage before are finished. ``name`` is for the people."""

    name: str
    steps: Sequence[str]


@dataclass(frozen=True)
class Kind:
    """A kind of job: the ``stages`` that one goes through, and the ``work`` on a claimed step, which gives its
    output, and what else to write in the transaction that keeps it."""

    stages: Callable[[Document], Iterable[Stage]]
    work: Callable[["Step"], tuple[Any, Finish | None]]

    def due(self, job: Document, done: set[str]) -> list[str]:
        """The steps that are still to be finished before others; none where all are."""
        left = ([name for name in stage.steps if name not in done] for stage in self.stages(job))
        return next(filter(None, left), [])

    def stage_of(self, job: Document, step: str) -> str:
        return next(stage.name for stage in self.stages(job) if step in stage.steps)


@dataclass(frozen=True)
class Step:
    """A claimed step, as the work of its kind sees it."""

    job: Document
    held: Document
    remaining_seconds: Callable[[], float]

    @property
    def name(self) -> str:
        return str(self.held["name"])

    def outputs(self, prefix: str) -> dict[str, Any]:
        """What the job's finished steps whose names start with ``prefix`` have put out, by name."""
        return repository.outputs(self.job["_id"], prefix)

    def allowance(self, *, alone: bool) -> int | None:
        """The tokens set aside for this step of the job's budget, None where it has no budget. ``alone`` says that
        no other step runs beside it."""
        return repository.grant_allowance(self.held, alone=alone)


Kinds = Mapping[str, Kind]
"""By the name that a job has."""


def run(kinds: Kinds, job_id: ObjectId, name: str, remaining_seconds: Callable[[], float]) -> None:
    """Do the step if it is still to be done, as the job's kind says. Raise what made it fail this time, so that its
    message comes again."""
    claimed = _claim(job_id, name)
    if claimed is None:
        return
    job, held = claimed
    kind = kinds[job["kind"]]
    attempts = settings().ai_step_attempts
    if held["attempts"] > attempts:
        _fail(kind, job, held, StepFailed("STEP_DIED", f"its worker died {attempts} times"))
        return
    begun = clock.now()
    try:
        output, finish = kind.work(Step(job, held, remaining_seconds))
        _complete(kind, job, held, output, finish)
    except StepFailed as failure:
        _fail(kind, job, held, failure)
        return
    except Exception as error:
        if held["attempts"] == attempts:
            _fail(kind, job, held, StepFailed("STEP_GAVE_UP", f"failed {attempts} times. {_told(error)}"))
        else:
            wait = timedelta(seconds=wait_seconds(held["attempts"], error))
            repository.release_step(held, clock.now() + wait + _GRACE)
        raise
    metrics.seconds("StepSeconds", (clock.now() - begun).total_seconds())
    logger.info("step finished", job_id=str(job_id), step=name)


def wait_seconds(attempt: int, error: Exception) -> int:
    """Before the next attempt: doubles from the configured base up to two minutes, or longer where the error asks
    for it; at most the 12 hours that SQS can hide a message."""
    asked = math.ceil(error.retry_after or 0) if isinstance(error, Trouble) else 0
    return min(43_200, max(asked, min(120, settings().ai_retry_base_seconds << (attempt - 1))))


def _told(error: Exception) -> str:
    """What a person may read of an error: other text can hold addresses and content, and goes to the log alone."""
    if isinstance(error, Trouble):
        return error.reason
    return "The cause is on our side; the log has it under the job's id. Retry later."


def _claim(job_id: ObjectId, name: str) -> tuple[Document, Document] | None:
    """The job and the claimed step; None where the message has nothing left to do."""
    now = clock.now()
    until = now + timedelta(seconds=settings().ai_step_lease_seconds)
    held = repository.claim_step(job_id, name, ObjectId(), now, until)
    if held is None:
        return None
    begun = {"$set": {"status": "running", "updated_at": now}}
    job = repository.change_job(None, job_id, begun, only_in=UNFINISHED)
    return (job, held) if job else None


def _complete(kind: Kind, job: Document, held: Document, output: Any, finish: Finish | None) -> None:
    """Keep the output, count the step, and open what is due next: all of it or nothing."""

    def keep(tx: Transaction) -> None:
        if repository.finish_step(tx, held, "done", output=output):
            fields = {"progress.step": kind.stage_of(job, held["name"]), **(finish(tx) if finish else {})}
            _settle(tx, kind, _touch(tx, job, held, {"$set": fields, "$inc": {"progress.done": 1}}))

    mongo.transaction(keep)


def _fail(kind: Kind, job: Document, held: Document, failure: StepFailed) -> None:
    """Give the step up; the others go on, and the job fails once none is left that could."""
    logger.warning("step failed", job_id=str(job["_id"]), step=held["name"], code=failure.code)
    error = {"code": failure.code, "detail": failure.reason}

    def give_up(tx: Transaction) -> None:
        if repository.finish_step(tx, held, "failed", error=error):
            _settle(tx, kind, _touch(tx, job, held, {"$set": {}}))

    mongo.transaction(give_up)


def _touch(tx: Transaction, job: Document, held: Document, change: Document) -> Document:
    change["$set"]["updated_at"] = clock.now()
    touched = repository.change_job(tx, job["_id"], change | repository.freed_allowance(held))
    if touched is None:
        raise RuntimeError("the job is gone")
    return touched


def _settle(tx: Transaction, kind: Kind, job: Document) -> None:
    """Open the steps that are due now, or close the job.

    The change of the job that came before in this transaction makes two workers that settle at once conflict:
    the later one runs again and sees what the earlier one did.
    """
    if job["status"] in UNFINISHED:
        rows = {row["name"]: row for row in repository.step_states(tx, job["_id"])}
        due = kind.due(job, {name for name, row in rows.items() if row["state"] == "done"})
        fresh = [name for name in due if name not in rows]
        if fresh:
            repository.add_steps(tx, job, fresh, clock.now())
            tx.after_commit(lambda: dispatch.send(job["_id"]))
        elif not due:
            job = _close(tx, job, "succeeded", None)
        elif not any(row["state"] in OPEN for row in rows.values()):
            job = _close(tx, job, "failed", _explain(rows.values()))
    tx.after_commit(lambda: changes.tell(job))


def _explain(rows: Sequence[Document] | Any) -> Document:
    failed = sorted(
        (row for row in rows if row["state"] == "failed"), key=lambda row: (len(row["name"]), row["name"])
    )
    return {
        "code": failed[0]["error"]["code"],
        "detail": "; ".join(f"{row['name']}: {row['error']['detail']}" for row in failed)[:2_000],
        "steps": [row["name"] for row in failed],
    }


def _close(tx: Transaction, job: Document, status: str, error: Document | None) -> Document:
    tx.after_commit(lambda: metrics.count(f"Jobs{status.capitalize()}"))
    closing = {"status": status, "error": error, "finished_at": clock.now()}
    events.record(tx, f"job.{status}", actor=job["owner_id"], subject=job["_id"], kind=job["kind"])
    return repository.change_job(tx, job["_id"], {"$set": closing}) or job
