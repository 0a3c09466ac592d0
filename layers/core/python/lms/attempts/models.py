"""What learners see of a question, and what graders see of its figures."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lms.attempts.responses import Response
from lms.attempts.scoring import Verdict
from lms.fields import Body, Count, DocumentId, Id, Moment, Resource
from lms.quizzes.contents import Content, Flag, Kind


class PresentedOption(Resource):
    """An option, an item to be ordered, or a prompt to be matched. ``id`` is a place in this attempt."""

    id: str
    html: str


class PresentedAnswer(Resource):
    """What a prompt may be matched to: plain text."""

    id: str
    text: str


class PresentedGap(Resource):
    """Stands in the prompt's html as ``{{id}}``. With options it takes the id of one, else text or a number."""

    id: str
    kind: Kind
    options: list[PresentedOption] = []


class PresentedQuestion(Resource):
    """A question before release. Which of the lists is filled follows from ``kind``: options (single, multiple),
    prompts and answers (matching), items (ordering), gaps (cloze); template and words belong to an essay. ``hints``
    are html."""

    kind: Kind
    html: str
    options: list[PresentedOption] = []
    prompts: list[PresentedOption] = []
    answers: list[PresentedAnswer] = []
    items: list[PresentedOption] = []
    gaps: list[PresentedGap] = []
    template: str = ""
    least_words: int = 0
    most_words: int | None = None
    hints: list[str] = []


class ShownFeedback(Resource):
    """``id`` is the option's or gap's that it is about; null where it is about the whole answer."""

    id: str | None
    html: str


class ReviewedQuestion(PresentedQuestion):
    """A question after release. ``response`` and ``key`` have the shape of an answer; the key is one that is wholly
    right, null for an essay. ``fraction`` is null until a person has said it. ``parts``: by prompt or gap."""

    response: Response | None
    key: Response | None
    fraction: float | None
    verdict: Verdict | None
    parts: dict[str, float]
    feedback: list[ShownFeedback]


class OptionFigures(Resource):
    """``path`` names the option or answer (``options/{id}``, ``answers/{index}``, ``gaps/{id}/…``, ``true``,
    ``false``, ``unanswered``, ``other``). ``share`` is of the learners who had the question, ``mean_total`` of
    those who chose it, ``discrimination`` the point-biserial correlation of choosing it with the total."""

    path: str
    count: int
    share: float
    mean_total: float
    discrimination: float | None


class ItemFigures(Resource):
    """A question's item analysis over ``count`` learners (``lms.attempts.statistics``)."""

    count: int
    difficulty: float | None
    item_total: float | None
    item_rest: float | None
    upper_lower: float | None
    options: list[OptionFigures]


class QuizFigures(Resource):
    """Totals are shares of what there was to earn. ``alpha`` and ``standard_error`` are over the ``form_count``
    learners of one form: those who had the same questions."""

    count: int
    mean: float | None
    deviation: float | None
    form_count: int
    alpha: float | None
    standard_error: float | None


ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
ItemId = Annotated[str, StringConstraints(pattern=r"^\d{1,3}$")]


class StartBody(Body):
    access_code: Annotated[str, StringConstraints(max_length=100)] | None = None


class AnswersBody(Body):
    """``client_id`` names the tab, ``seq`` rises with each of its calls. ``answers``: by item, null clears."""

    client_id: ClientId
    seq: Annotated[Count, Field(ge=1, le=2**53)]
    answers: Annotated[dict[ItemId, Any], Field(min_length=1, max_length=100)]


class ItemGrade(Body):
    item_id: ItemId
    points: Annotated[float, Field(ge=0, le=1_000, strict=True, allow_inf_nan=False)]
    comment: Annotated[str, StringConstraints(max_length=10_000)] = ""


class GradeBody(Body):
    items: Annotated[list[ItemGrade], Field(min_length=1, max_length=500)]


class ExtendBody(Body):
    """Minutes beyond those given before."""

    minutes: Annotated[Count, Field(ge=1, le=7 * 24 * 60)]


class ReopenBody(Body):
    """How long from now on the learner may go on; null until the quiz ends."""

    minutes: Annotated[Count, Field(ge=1, le=7 * 24 * 60)] | None = None


class RegradeBody(Body):
    """``new_key``: ``content`` replaces the question's, ``accept_both``: it counts beside it, each attempt gets the
    better of the two. It offers what the question offers, in the same sequence; only what counts as right differs.
    ``drop`` takes the question's points out of what is possible. ``never_lower``: who would lose by it, keeps what
    they have."""

    action: Literal["new_key", "accept_both", "full_credit", "drop"]
    content: Content | None = None
    never_lower: Flag = False

    @model_validator(mode="after")
    def _with_its_key(self) -> Self:
        if (self.content is not None) != (self.action in ("new_key", "accept_both")):
            raise ValueError("new_key and accept_both need content, the others take none")
        return self


class RegradedScore(Resource):
    """Null until all is graded."""

    score: float | None
    percent: float | None
    passed: bool | None


class RegradedAttempt(Resource):
    attempt_id: Id
    user_id: Id
    number: int
    from_: Annotated[RegradedScore, Field(alias="from")]
    to: RegradedScore


class Regrade(Resource):
    """Whose result changes, from what to what. ``unchanged`` are all others that are handed in and hold the
    question; among them those that a grader said the points of (``graded_by_hand``), and that were asked a version
    that offered something else (``other_versions``): neither follows a key."""

    changes: list[RegradedAttempt]
    unchanged: int
    graded_by_hand: int
    other_versions: int


class QuestionFigures(ItemFigures):
    """``html`` shows the prompt; null where there is no more room for it in the answer."""

    question_id: Id
    kind: Kind
    title: str
    html: str | None


class QuizAnalysis(QuizFigures):
    """Over each learner's first attempt that is wholly graded; dropped questions are left out."""

    items: list[QuestionFigures]


class Said(Resource):
    client_id: str
    seq: int


class Superseded(Resource):
    """An answer that is not in force, because of ``by``."""

    item_id: str
    client_id: str
    seq: int
    by: Said


class Receipt(Resource):
    """``last_seq`` is this client's highest. ``hash`` is of all answers in force: equal answers have an equal one.
    ``superseded`` names what this call put out of force, and what of this call is not in force."""

    last_seq: int
    saved_at: Moment | None
    hash: str
    superseded: list[Superseded]
    deadline_at: Moment | None


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


class ItemResult(Resource):
    fraction: float | None
    graded_by: Id | None
    comment: str
    dropped: bool = False


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
    """``score`` is null until the caller may know it. ``ends_at``: the deadline with the grace for the network."""

    id: DocumentId
    quiz_id: Id
    course_id: Id
    user_id: Id
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


class PreviewItem(Resource):
    id: str
    points: float
    question: PresentedQuestion


class Preview(Resource):
    """What an attempt might ask; nothing of it is kept."""

    items: list[PreviewItem]


class LiveAttempt(Resource):
    """``answered`` of ``asked`` items have an answer."""

    id: DocumentId
    user_id: Id
    number: int
    started_at: Moment
    deadline_at: Moment | None
    saved_at: Moment | None
    asked: int
    answered: int


class Live(Resource):
    now: Moment
    attempts: list[LiveAttempt]


class LoggedSave(Resource):
    """One call of a client, as it arrived."""

    client_id: str
    seq: int
    at: Moment
    answers: dict[str, Any]
