"""Taking over what editors choose of a finished job's proposal; the rest of it can be decided about later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from bson import ObjectId

from lms import audit, events
from lms.ai import sources
from lms.ai.proposals import decisions
from lms.courses import access as courses
from lms.courses.access import CourseAccess
from lms.errors import Conflict
from lms.jobs import changes, jobs
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.ai.proposals.models.application import Application
    from lms.caller import Caller

_PROPOSING = ("content_enhancement", "quiz_generation")


class _Place(Protocol):
    """Where what is accepted goes."""

    def outdated(self, row: Document) -> str | None:
        """Why the piece does not fit what stands there now, ``changed`` or ``deleted``; None where it does."""
        ...

    def take(self, rows: Sequence[Document]) -> None:
        """Take these over, of which none is outdated, and note with each what it became."""
        ...


def enter(who: Caller, job_id: str) -> tuple[CourseAccess, ObjectId]:
    """The caller's way into the job's course, and the job's id. Raise 404 for a job that the caller must not know
    of, 403 where the caller does not edit its course any more, 409 NOTHING_TO_APPLY for another kind of job."""
    job = jobs.visible_to(who, job_id)
    if job["kind"] not in _PROPOSING:
        raise Conflict("This kind of job proposes nothing", code="NOTHING_TO_APPLY")
    return courses.enter(who, job["course_id"], "course.edit"), job["_id"]


def apply(
    tx: Transaction, access: CourseAccess, job_id: ObjectId, wish: Application, expected: int | None
) -> Document:
    """The job with the decisions. Deciding the same again changes nothing.

    Raise 409: JOB_STATE while it is not finished, PROPOSAL_OUTDATED with a row for each piece that does not fit
    what stands there now, ALREADY_ACCEPTED; 412 where the lesson of an enhancement is not at the ``expected``
    version.
    """
    job = jobs.within(tx, job_id)
    if job["status"] != "succeeded":
        raise Conflict("The job has not come to a proposal", code="JOB_STATE")
    pieces = decisions.pieces(job["result"]["proposal"])
    decisions.require_known(pieces, wish.accept, wish.refuse)
    refused = decisions.undecided(pieces, wish.refuse, "refused")
    chosen = decisions.undecided(pieces, wish.accept, "accepted")
    if not (refused or chosen):
        return job
    taken = _take(tx, access, _place(tx, access, job, chosen, wish, expected), chosen, wish) if chosen else []
    decisions.decide(refused, "refused", access.caller.id)
    told = {
        "accepted": [row["id"] for row in taken],
        "refused": [row["id"] for row in refused],
        "course_id": access.course_id,
    }
    events.record(tx, "job.applied", actor=access.caller.id, subject=job_id, **told)
    audit.record(tx, "job.apply", actor=access.caller.id, target=job_id, **told)
    return changes.revise(tx, job, job["result"])


def _place(
    tx: Transaction,
    access: CourseAccess,
    job: Document,
    chosen: Sequence[Document],
    wish: Application,
    expected: int | None,
) -> _Place:
    # Imported here: who takes over blocks needs no question bank.
    if job["kind"] == "content_enhancement":
        from lms.ai.proposals.into_lesson import Lesson

        return Lesson(tx, access, job, wish, expected)
    from lms.ai.proposals.into_bank import Bank

    return Bank(tx, access, job, chosen, wish)


def _take(
    tx: Transaction, access: CourseAccess, place: _Place, chosen: Sequence[Document], wish: Application
) -> list[Document]:
    """What of the chosen was taken over: all that is not skipped."""
    outdated = {row["id"]: reason for row in chosen if (reason := place.outdated(row))}
    skipped = [row for row in chosen if row["id"] in outdated]
    if skipped and not wish.skip_changed:
        rows = [
            {"id": row["id"], "block_id": row.get("block_id"), "reason": outdated[row["id"]]} for row in skipped
        ]
        detail = "What this was proposed for has changed since: ask anew, or leave it out with skip_changed"
        raise Conflict(detail, code="PROPOSAL_OUTDATED", outdated=rows)
    decisions.decide(skipped, "skipped", access.caller.id)
    taken = [row for row in chosen if row["id"] not in outdated]
    if taken:
        place.take(taken)
        # A source may have been succeeded between the proposal and now.
        sources.follow(tx, {row["source"]["source_id"] for row in taken if row["source"]})
    return taken
