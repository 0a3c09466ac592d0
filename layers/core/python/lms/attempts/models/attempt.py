"""An attempt as its learner and its graders see it."""

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from lms.attempts.models.question import PresentedQuestion, ReviewedQuestion
from lms.fields import Body, DocumentId, Id, Moment, Resource
from lms.grades.models.criteria import GradedCriterion, PartOfAi


class StartBody(Body):
    access_code: Annotated[str, StringConstraints(max_length=100)] | None = None


class Score(Resource):
    """In points. ``penalty`` is for lateness; ``score``, ``percent`` and ``passed`` are null until all is graded,
    ``passed`` also where the quiz cannot be failed."""

    raw: float
    possible: float
    late_seconds: int
    penalty: float
    score: float | None
    percent: float | None
    passed: bool | None


class ItemCriterion(GradedCriterion):
    """``title`` and ``level`` as the rubric names them, of at most ``worth`` points."""

    title: str
    level: str | None
    worth: float


class ItemResult(Resource):
    """``criteria``: of an essay that was graded along a rubric. ``ai`` says where one took part in a person's
    grade."""

    fraction: float | None
    graded_by: Id | None
    comment: str
    dropped: bool = False
    criteria: list[ItemCriterion] = []
    ai: PartOfAi | None = None


class SavedAnswer(Resource):
    """As its learner gave it, with the call that said it."""

    value: Any
    client_id: str
    seq: int
    at: Moment


class AttemptItem(Resource):
    """``result`` is null and the question without its key until the feedback is released."""

    id: str
    points: float
    question: ReviewedQuestion | PresentedQuestion
    answer: SavedAnswer | None
    result: ItemResult | None


class AttemptSummary(Resource):
    """``score`` is null until the caller may know it. ``ends_at``: the deadline with the grace for the network.
    Where ``blind``, ``user_id`` is a pseudonym and the dates that may be this learner's alone are null."""

    id: DocumentId
    quiz_id: Id
    course_id: Id
    user_id: Id
    blind: bool
    number: int
    status: Literal["open", "submitted", "graded"]
    started_at: Moment
    deadline_at: Moment | None
    ends_at: Moment | None
    due_at: Moment | None
    extension_minutes: int
    saved_at: Moment | None
    submitted_at: Moment | None
    submitted_by: Literal["learner", "deadline"] | None
    score: Score | None
    version: int


class Attempt(AttemptSummary):
    """``now`` is the server's clock, by which all dates are meant. ``clients``: the highest seq of each; ``hash``
    as receipts have it."""

    now: Moment
    clients: dict[str, int]
    hash: str
    released: bool
    items: list[AttemptItem]
