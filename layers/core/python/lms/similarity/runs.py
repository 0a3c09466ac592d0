"""Searching an assignment's submissions for what they have in common: what is asked for. The steps that do it stand
in ``steps``."""

from lms import clock
from lms.courses.access import CourseAccess
from lms.errors import Conflict
from lms.fields import rfc3339
from lms.jobs import jobs, starting
from lms.mongo import Document, Transaction
from lms.similarity import repository

KIND = "similarity"
PLAN = "plan"


def start(tx: Transaction, access: CourseAccess) -> Document:
    """The job. Raise 409 SIMILARITY_OFF where the assignment's settings do not ask for it, SIMILARITY_RUNNING while
    an earlier one runs."""
    assignment = access.resource
    if not assignment["similarity"]["enabled"]:
        raise Conflict("The assignment does not ask for comparisons of submissions", code="SIMILARITY_OFF")
    last = last_of(repository.summary(assignment["_id"], tx), tx)
    if last and last["finished_at"] is None:
        began = rfc3339(last["started_at"])
        raise Conflict("The submissions are being compared already", code="SIMILARITY_RUNNING", started_at=began)
    job = starting.start(
        tx,
        access.caller.id,
        KIND,
        first_step=PLAN,
        total=1,
        course_id=access.course_id,
        assignment_id=assignment["_id"],
    )
    repository.begin(tx, assignment["_id"], job["_id"], clock.now())
    return job


def last_of(summary: Document | None, tx: Transaction | None = None) -> Document | None:
    """How the last run stands: its job's ``status``, ``progress`` and ``finished_at`` beside ``job_id`` and
    ``started_at``."""
    if summary is None or "last_run" not in summary:
        return None
    job = jobs.within(tx, summary["last_run"]["job_id"])
    state = {name: job.get(name) for name in ("status", "progress", "finished_at")}
    return {**summary["last_run"], **state}
