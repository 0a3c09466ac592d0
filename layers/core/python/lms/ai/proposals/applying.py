"""Taking over what editors choose of a finished job's proposal; the rest of it can be decided about later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import audit, events
from lms.ai import sources
from lms.ai.proposals import decisions
from lms.ai.proposals.standing import stands_in
from lms.courses import access as courses
from lms.courses import readings, taking_over
from lms.courses.access import CourseAccess
from lms.courses.taking_over import Piece
from lms.errors import Conflict, Invalid
from lms.jobs import changes, jobs
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.ai.proposals.models.application import Application
    from lms.caller import Caller

_PROPOSING = ("content_enhancement", "quiz_generation")
_OF_QUESTIONS = ("pool", "skills", "quiz_title")


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
    proposal = job["result"]["proposal"]
    pieces = decisions.pieces(proposal)
    decisions.require_known(pieces, wish.accept, wish.refuse)
    refused = decisions.undecided(pieces, wish.refuse, "refused")
    chosen = decisions.undecided(pieces, wish.accept, "accepted") if wish.accept else []
    if not (refused or chosen):
        return job
    take = _take_blocks if job["kind"] == "content_enhancement" else _take_questions
    skipped = take(tx, access, job, chosen, wish, expected) if chosen else []
    decisions.decide(refused, "refused", access.caller.id)
    accepted = [row["id"] for row in chosen if row not in skipped]
    told = {"accepted": accepted, "refused": [row["id"] for row in refused], "course_id": access.course_id}
    events.record(tx, "job.applied", actor=access.caller.id, subject=job_id, **told)
    audit.record(tx, "job.apply", actor=access.caller.id, target=job_id, **told)
    return changes.revise(tx, job, job["result"])


def _take_blocks(
    tx: Transaction,
    access: CourseAccess,
    job: Document,
    chosen: Sequence[Document],
    wish: Application,
    expected: int | None,
) -> list[Document]:
    """Make the chosen blocks and terms the lesson's next version; return what was skipped."""
    if errors := [
        {"pointer": f"/{name}", "message": "goes with questions alone"}
        for name in _OF_QUESTIONS
        if getattr(wish, name) is not None
    ]:
        raise Invalid(errors=errors)
    lesson = taking_over.lesson_to_change(tx, access, job["lesson_id"], expected)
    standing = {each["id"]: each for each in lesson["blocks"]}
    outdated = {row["id"]: reason for row in chosen if (reason := _outdated_block(row, standing))}
    taken, skipped = _fitting(chosen, outdated, wish, access.caller.id)
    if taken:
        found = [
            Piece(row["block_id"], row["after_id"], {row["field"]: row["after"]}, row["source"])
            for row in taken
            if "field" in row
        ]
        terms = [{name: row[name] for name in ("term", "definition", "source")} for row in taken if "term" in row]
        version = taking_over.take_over(tx, access, lesson, found, terms, job["_id"])
        _follow_sources(tx, taken)
        decisions.decide(taken, "accepted", access.caller.id, lesson_version=version)
    return skipped


def _outdated_block(row: Mapping[str, Any], standing: Mapping[str, Document]) -> str | None:
    """Why the piece does not fit the lesson as it is; None where it does."""
    if "field" not in row:
        return None
    place = row["block_id"] or row["after_id"]
    if place is not None and place not in standing:
        return "deleted"
    if row["block_id"] and (standing[row["block_id"]].get(row["field"]) or "") != row["before"]:
        return "changed"
    return None


def _take_questions(
    tx: Transaction,
    access: CourseAccess,
    job: Document,
    chosen: Sequence[Document],
    wish: Application,
    expected: int | None,
) -> list[Document]:
    """Take the chosen questions into the course's bank; return what was skipped."""
    # Imported here: who takes over blocks needs no question bank.
    from lms.quizzes import generated

    lessons = readings.rows(access, [*{row["lesson_id"] for row in chosen}], tx)
    outdated = {row["id"]: reason for row in chosen if (reason := _outdated_question(row, lessons))}
    taken, skipped = _fitting(chosen, outdated, wish, access.caller.id)
    if taken:
        skills = wish.skills if wish.skills is not None else job["request"]["skills"]
        terms = generated.Terms(wish.pool, skills, wish.quiz_title)
        ids, quiz_id = generated.take_over(tx, access, taken, terms, job["_id"])
        _follow_sources(tx, taken)
        for row, question_id in zip(taken, ids, strict=True):
            decisions.decide([row], "accepted", access.caller.id, question_id=question_id, quiz_id=quiz_id)
    return skipped


def _outdated_question(row: Mapping[str, Any], lessons: Mapping[ObjectId, Document]) -> str | None:
    lesson = lessons.get(row["lesson_id"])
    if lesson is None:
        return "deleted"
    holds = any(stands_in(row["evidence"], each["text"]) for each in lesson["blocks"])
    return None if holds else "changed"


def _fitting(
    chosen: Sequence[Document], outdated: Mapping[str, str], wish: Application, by: ObjectId
) -> tuple[list[Document], list[Document]]:
    """What can be taken over, and what is skipped. Raise 409 PROPOSAL_OUTDATED unless skipping is wished."""
    if outdated and not wish.skip_changed:
        rows = [
            {"id": row["id"], "block_id": row["block_id"], "reason": outdated[row["id"]]}
            for row in chosen
            if row["id"] in outdated
        ]
        detail = "What this was proposed for has changed since: ask anew, or leave it out with skip_changed"
        raise Conflict(detail, code="PROPOSAL_OUTDATED", outdated=rows)
    skipped = [row for row in chosen if row["id"] in outdated]
    decisions.decide(skipped, "skipped", by)
    return [row for row in chosen if row["id"] not in outdated], skipped


def _follow_sources(tx: Transaction, taken: Sequence[Document]) -> None:
    """A source may have been succeeded between the proposal and now."""
    sources.follow(tx, {row["source"]["source_id"] for row in taken if row["source"]})
