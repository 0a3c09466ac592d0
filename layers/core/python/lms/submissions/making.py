"""Handing in: what the draft or the call says becomes a submission, with the server's time and its hash."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from lms import clock, events
from lms.courses.access import CourseAccess
from lms.errors import Conflict
from lms.files import handed_in
from lms.mongo import Document, Transaction
from lms.rubrics import rubrics
from lms.submissions import contents, drafts, holders, lateness, repository
from lms.submissions.holders import Holder

if TYPE_CHECKING:
    from lms.submissions.models.submission import SubmitBody


class Overtaken(Exception):
    """Another call of the same holder's has taken the number at this moment."""


class Plan(NamedTuple):
    """What is to be handed in, or, not ``fresh``, the submission that says the same already."""

    submission: Document
    fresh: bool


def plan(access: CourseAccess, body: SubmitBody) -> Plan:
    """What the call asks for. The same content as in the holder's last submission is that one, however late and
    often it is sent: who lost a receipt gets it again, and uses no attempt up.

    Raise 404 while the assignment is not published, 409 ASSIGNMENT_NOT_OPEN, ASSIGNMENT_CLOSED, NO_ATTEMPTS_LEFT,
    or DRAFT_CHANGED where the draft is no longer as the caller saw it, 422 for what the assignment does not take.
    """
    now = clock.now()
    holder = holders.of(access)
    content = contents.checked(access.resource, body.given or _of_draft(access, holder, body.draft_hash))
    contents.require_something(content)
    digest = contents.digest(content)
    latest = repository.latest(access.resource["_id"], holder.id)
    if latest and latest["hash"] == digest:
        return Plan(latest, fresh=False)
    holders.require_open(holder.window, now)
    number = 1 + (latest["attempt"] if latest else 0)
    if holder.window.attempts is not None and number > holder.window.attempts:
        raise Conflict("All attempts are used", code="NO_ATTEMPTS_LEFT", attempts=holder.window.attempts)
    return Plan(_document(access, holder, {**content, "hash": digest}, number, now), fresh=True)


def _of_draft(access: CourseAccess, holder: Holder, seen: str | None) -> Document:
    content = drafts.content_of(access, holder)
    if seen and seen != contents.digest(content):
        raise Conflict("The draft has changed since you saw it", code="DRAFT_CHANGED")
    return content


def _document(
    access: CourseAccess, holder: Holder, content: Mapping[str, Any], number: int, now: datetime
) -> Document:
    assignment, due_at = access.resource, holder.window.due_at
    rubric = rubrics.latest(assignment["rubric_id"]) if assignment["rubric_id"] else None
    return {
        "_id": ObjectId(),
        "assignment_id": assignment["_id"],
        "course_id": access.course_id,
        "holder_id": holder.id,
        "user_id": access.caller.id,
        "member_ids": holder.member_ids,
        "group_id": holder.group_id,
        "attempt": number,
        "text": content.get("text"),
        "code": content.get("code"),
        "language": assignment["language"] if content.get("code") else None,
        "file_ids": content.get("file_ids") or [],
        "hash": content["hash"],
        "submitted_at": now,
        "due_at": due_at,
        "late_seconds": lateness.seconds(due_at, now),
        "rubric": {"id": rubric["_id"], "version": rubric["version"]} if rubric else None,
        "waits_for": holder.member_ids,
        "created_at": now,
        "version": 1,
        "deleted_at": None,
    }


def make(tx: Transaction, access: CourseAccess, plan: Plan) -> Document:
    """The submission. Raise 422 for files that cannot be handed in, Overtaken where somebody of the same holder was
    first."""
    if not plan.fresh:
        return plan.submission
    submission = {**plan.submission, "files": _files(tx, access, plan.submission)}
    try:
        repository.add(tx, submission)
    except DuplicateKeyError:
        raise Overtaken from None
    if submission["attempt"] > 1:
        repository.replace(tx, submission)
    if access.resource["ai_grading"]["mode"] != "off":
        # Imported here: most assignments do not ask for it.
        from lms.grading import runs

        runs.handed_in(tx, access, submission)
    named = {name: submission[name] for name in ("assignment_id", "course_id", "user_id", "group_id", "attempt")}
    events.record(
        tx,
        "submission.made",
        actor=access.caller.id,
        subject=submission["_id"],
        submission_id=submission["_id"],
        **named,
    )
    return submission


def _files(tx: Transaction, access: CourseAccess, submission: Mapping[str, Any]) -> list[Document]:
    """What is known of the files when they are handed in."""
    if not submission["file_ids"]:
        return []
    files = handed_in.usable(
        tx,
        submission["file_ids"],
        access.course_id,
        submission["member_ids"],
        access.resource["file_types"],
    )
    kept = ("name", "content_type", "size", "sha256")
    return [{"id": file["_id"], **{name: file[name] for name in kept}} for file in files]


def same_as(access: CourseAccess, body: SubmitBody) -> Document:
    """After having been overtaken: the submission that was faster, where it says the same. Raise 409
    SUBMITTED_MEANWHILE where it says something else."""
    found = plan(access, body)
    if found.fresh:
        detail = "Somebody of your group, or another tab, has just handed something else in"
        raise Conflict(detail, code="SUBMITTED_MEANWHILE")
    return found.submission
