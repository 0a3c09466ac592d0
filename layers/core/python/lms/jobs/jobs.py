"""A job as people see it. ``starting`` and ``changes`` write it, ``steps`` runs it."""

from typing import Any

from bson import ObjectId

from lms import mongo
from lms.caller import Caller
from lms.cursors import decode_id
from lms.errors import Forbidden, NotFound
from lms.jobs import repository
from lms.jobs.models import Job
from lms.mongo import Document, Transaction
from lms.permissions import Role


def show(job: Document) -> dict[str, Any]:
    return Job.model_validate(job).model_dump(mode="json")


def visible_to(who: Caller, job_id: str) -> Document:
    """The job, for who started it, the editors of its course and admins; nobody else may know that it exists."""
    job = repository.job_by_id(mongo.object_id(job_id))
    if job is None or not (job["owner_id"] == who.id or who.role is Role.ADMIN or _edits_course(who, job)):
        raise NotFound()
    return job


def within(tx: Transaction | None, job_id: ObjectId) -> Document:
    """The job, as the transaction sees it where there is one."""
    job = repository.job_by_id(job_id, tx)
    if job is None:
        raise NotFound()
    return job


def _edits_course(who: Caller, job: Document) -> bool:
    if job["course_id"] is None:
        return False
    # Imported here, because hardly anyone follows a job that another person started.
    from lms.courses import access

    try:
        access.enter(who, job["course_id"], "course.edit")
    except (NotFound, Forbidden):
        return False
    return True


def started_by(user_id: ObjectId, cursor: str | None, limit: int) -> list[Document]:
    """The person's jobs, newest first, after the place that the cursor names."""
    return repository.jobs_of(user_id, decode_id(cursor), limit)
