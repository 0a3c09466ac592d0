"""Having an AI suggest grades for the essays of a quiz's attempt. The steps that do it stand in ``essay_steps``."""

from lms.ai.providers import configured
from lms.attempts import essays
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


def waiting(access: CourseAccess) -> list[str]:
    """The attempt's essays with an answer, by item. Raise 409 AI_GRADING_OFF where the quiz does not ask for AI,
    ATTEMPT_OPEN while the attempt runs, NOTHING_TO_GRADE where it holds no essay with an answer."""
    attempt = access.resource
    if policies.of(attempt["quiz_id"]).get("ai_grading", "off") == "off":
        raise Conflict("The quiz does not ask for suggestions of an AI", code="AI_GRADING_OFF")
    if attempt["status"] == "open":
        raise Conflict("The attempt is still running", code="ATTEMPT_OPEN")
    found = [each.item_id for each in essays.of(attempt)]
    if not found:
        raise Conflict("No essay was answered", code="NOTHING_TO_GRADE")
    return found


def start(tx: Transaction, access: CourseAccess, item_ids: list[str]) -> Document:
    """The job. Raise 429 BUDGET_EXCEEDED where a model would be asked and a budget is used up."""
    first, *others = map(step_of, item_ids)
    return starting.start(
        tx,
        access.caller.id,
        KIND,
        first_step=first,
        beside=others,
        stage=STAGE,
        total=len(item_ids),
        course_id=access.course_id,
        quiz_id=access.resource["quiz_id"],
        attempt_id=access.resource["_id"],
        item_ids=item_ids,
        provider=configured(),
    )
