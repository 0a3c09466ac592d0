"""Having an AI suggest grades for the essays of a quiz's attempt. The steps that do it stand in ``essay_steps``."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.ai.providers import configured
from lms.attempts import essays
from lms.courses import ownership
from lms.courses.access import CourseAccess
from lms.errors import Conflict
from lms.grading.runs import KIND
from lms.jobs import starting
from lms.mongo import Document, Transaction
from lms.quizzes import policies

STAGE = "essays"
_PREFIX = "essay-"


def step_of(item_id: str) -> str:
    return f"{_PREFIX}{item_id}"


def item_of(step: str) -> str:
    return step.removeprefix(_PREFIX)


def is_on(quiz_id: ObjectId) -> bool:
    return bool(policies.of(quiz_id).get("ai_grading", "off") != "off")


def waiting(access: CourseAccess) -> list[str]:
    """The attempt's essays with an answer, by item. Raise 409 AI_GRADING_OFF where the quiz does not ask for AI,
    ATTEMPT_OPEN while the attempt runs, NOTHING_TO_GRADE where it holds no essay with an answer."""
    attempt = access.resource
    if not is_on(attempt["quiz_id"]):
        raise Conflict("The quiz does not ask for suggestions of an AI", code="AI_GRADING_OFF")
    if attempt["status"] == "open":
        raise Conflict("The attempt is still running", code="ATTEMPT_OPEN")
    found = [each.item_id for each in essays.of(attempt)]
    if not found:
        raise Conflict("No essay was answered", code="NOTHING_TO_GRADE")
    return found


def start(tx: Transaction, access: CourseAccess, item_ids: list[str]) -> Document:
    """The job. Raise 429 BUDGET_EXCEEDED where a model would be asked and a budget is used up."""
    return _start(tx, access.caller.id, access.resource, item_ids)


def handed_in(tx: Transaction, attempt: Mapping[str, Any], item_ids: Sequence[str]) -> None:
    """Have these essays graded. The job is the course's owner's, at whose cost it is; a budget that is used up
    keeps nobody from handing in, the job tells of it."""
    owner_id = ownership.owner_of(tx, attempt["course_id"])
    if owner_id:
        _start(tx, owner_id, attempt, item_ids, whatever_is_left=True)


def _start(
    tx: Transaction,
    owner_id: ObjectId,
    attempt: Mapping[str, Any],
    item_ids: Sequence[str],
    *,
    whatever_is_left: bool = False,
) -> Document:
    first, *others = map(step_of, item_ids)
    return starting.start(
        tx,
        owner_id,
        KIND,
        first_step=first,
        beside=others,
        stage=STAGE,
        total=len(item_ids),
        whatever_is_left=whatever_is_left,
        course_id=attempt["course_id"],
        quiz_id=attempt["quiz_id"],
        attempt_id=attempt["_id"],
        submitted_at=attempt["submitted_at"],
        item_ids=list(item_ids),
        provider=configured(),
    )
