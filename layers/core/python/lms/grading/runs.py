"""Having an AI grade what is handed in: who asks for it, and what a hand-in asks for by itself. The steps that do
it stand in ``steps``."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bson import ObjectId

from lms.ai.providers import configured
from lms.assignments import assignments
from lms.courses.access import CourseAccess
from lms.enrollment import visible
from lms.errors import Conflict, NotFound
from lms.grades import confirmed
from lms.jobs import starting
from lms.mongo import Document, Transaction
from lms.submissions import submissions
from lms.submissions.access import may_see

KIND = "grading"
STAGE = "submissions"
TALLY = "tally"
PREFIX = "submission-"

MOST_SUBMISSIONS = 500
"""Of a job: the next one takes the others."""

_MOST_LEARNERS = 100_000


class Asked(NamedTuple):
    """``left``: how many more wait than a job takes."""

    assignment: Document
    submission_ids: Sequence[ObjectId]
    left: int = 0


def step_of(submission_id: ObjectId) -> str:
    return f"{PREFIX}{submission_id}"


def submission_of(step: str) -> ObjectId:
    return ObjectId(step.removeprefix(PREFIX))


def of_submission(access: CourseAccess) -> Asked:
    """Raise 404 for who may not see it, 409 AI_GRADING_OFF where the assignment does not ask for AI, and
    SUBMISSION_REPLACED for one that is not its holder's last."""
    submission = access.resource
    if not may_see(access, submission):
        raise NotFound()
    assignment = assignments.of(submission["assignment_id"])
    _require_on(assignment)
    if is_replaced(submission):
        raise Conflict("Something newer was handed in", code="SUBMISSION_REPLACED")
    return Asked(assignment, [submission["_id"]])


def of_assignment(access: CourseAccess) -> Asked:
    """The last submission of each learner whom the caller sees and whom no person has graded, the earliest first.

    Raise 409 AI_GRADING_OFF as ``of_submission``, NOTHING_TO_GRADE where there is none.
    """
    assignment = access.resource
    _require_on(assignment)
    theirs = {row["user_id"] for row in visible.learners(access, None, _MOST_LEARNERS)}
    theirs -= confirmed.graded(assignment["_id"])
    found = {row["_id"]: row for row in submissions.last_by_learner(assignment["_id"], theirs).values()}
    waiting = sorted(found, key=lambda _id: (found[_id]["submitted_at"], _id))
    if not waiting:
        raise Conflict("Nothing waits to be graded", code="NOTHING_TO_GRADE")
    return Asked(assignment, waiting[:MOST_SUBMISSIONS], max(0, len(waiting) - MOST_SUBMISSIONS))


def is_on(assignment: Mapping[str, Any]) -> bool:
    return bool(assignment["ai_grading"]["mode"] != "off" and assignment["deleted_at"] is None)


def _require_on(assignment: Mapping[str, Any]) -> None:
    if not is_on(assignment):
        raise Conflict("The assignment does not ask for grading by an AI", code="AI_GRADING_OFF")


def is_replaced(submission: Mapping[str, Any]) -> bool:
    """Whether its holder has handed in another one since."""
    holder_id = submission["holder_id"]
    last = submissions.latest_of(submission["assignment_id"], [holder_id])[holder_id]
    return bool(last["_id"] != submission["_id"])


def start(tx: Transaction, access: CourseAccess, asked: Asked) -> Document:
    """The job. Raise 429 BUDGET_EXCEEDED where a model would be asked and a budget is used up."""
    return _start(tx, access.caller.id, asked, of_all=access.resource["_id"] == asked.assignment["_id"])


def handed_in(tx: Transaction, access: CourseAccess, submission: Mapping[str, Any]) -> None:
    """Have it graded where the assignment asks for that. The job is the course's owner's, at whose cost it is; a
    budget that is used up keeps nobody from handing in, the job tells of it."""
    if is_on(access.resource):
        asked = Asked(access.resource, [submission["_id"]])
        _start(tx, access.course["owner_id"], asked, of_all=False, whatever_is_left=True)


def _start(
    tx: Transaction, owner_id: ObjectId, asked: Asked, *, of_all: bool, whatever_is_left: bool = False
) -> Document:
    first, *others = map(step_of, asked.submission_ids)
    return starting.start(
        tx,
        owner_id,
        KIND,
        first_step=first,
        beside=others,
        stage=STAGE,
        total=len(asked.submission_ids) + of_all,
        whatever_is_left=whatever_is_left,
        course_id=asked.assignment["course_id"],
        assignment_id=asked.assignment["_id"],
        submission_ids=list(asked.submission_ids),
        left=asked.left if of_all else None,
        provider=configured(),
    )
