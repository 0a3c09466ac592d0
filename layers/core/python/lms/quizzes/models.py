"""Requests and responses of the quizzes and questions endpoints."""

from typing import Annotated, Literal, Self

from pydantic import AliasChoices, AliasPath, Field, StringConstraints, model_validator
from typing_extensions import TypedDict

from lms.courses.models import UNCHANGED, Change, Origin, Reference, Source
from lms.fields import Body, Count, DocumentId, Id, Instant, Moment, Resource, Title
from lms.quizzes.contents import (
    Content,
    Feedback,
    Flag,
    Heading,
    Hints,
    Kind,
    Points,
    Pool,
    Skills,
    Text,
)
from lms.quizzes.formats import Format

MOST_ITEMS = 500
MOST_OVERRIDES = 1_000

Instructions = Annotated[str, StringConstraints(max_length=20_000)]
Minutes = Annotated[Count, Field(ge=1, le=7 * 24 * 60)]
Attempts = Annotated[Count, Field(ge=1, le=100)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
AccessCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
ScorePolicy = Literal["best", "last", "average"]
FeedbackRelease = Literal["now", "after_close", "never"]


class LatePolicy(Body):
    """What comes late loses ``percent`` of the points possible for each started day or hour. That brings nobody
    below ``floor`` percent of them.

    Within ``grace_minutes`` of the due date nothing is late; from ``cut_off_at`` on nothing is taken.
    """

    percent: Percent
    per: Literal["day", "hour"] = "day"
    floor: Percent = 0.0
    grace_minutes: Annotated[Count, Field(ge=0, le=7 * 24 * 60)] = 0
    cut_off_at: Instant | None = None


class ShownLatePolicy(Resource):
    percent: float
    per: Literal["day", "hour"]
    floor: float
    grace_minutes: int
    cut_off_at: Moment | None


class NewQuiz(Body):
    """None: no such limit, date or code. ``show_hints`` shows the questions' hints during an attempt; else they
    come with the feedback. A lesson holds at most one quiz."""

    title: Title
    instructions: Instructions = ""
    lesson_id: Reference | None = None
    time_limit_minutes: Minutes | None = None
    attempts: Attempts | None = None
    shuffle_questions: Flag = False
    shuffle_options: Flag = False
    show_hints: Flag = False
    score_policy: ScorePolicy = "best"
    late_policy: LatePolicy | None = None
    feedback_release: FeedbackRelease = "now"
    passing_percent: Percent | None = None
    access_code: AccessCode | None = None
    opens_at: Instant | None = None
    due_at: Instant | None = None
    closes_at: Instant | None = None


class QuizChange(Change):
    """``published`` shows the quiz to learners; it needs items for that."""

    title: Title = UNCHANGED
    instructions: Instructions = UNCHANGED
    lesson_id: Reference | None = UNCHANGED
    time_limit_minutes: Minutes | None = UNCHANGED
    attempts: Attempts | None = UNCHANGED
    shuffle_questions: Flag = UNCHANGED
    shuffle_options: Flag = UNCHANGED
    show_hints: Flag = UNCHANGED
    score_policy: ScorePolicy = UNCHANGED
    late_policy: LatePolicy | None = UNCHANGED
    feedback_release: FeedbackRelease = UNCHANGED
    passing_percent: Percent | None = UNCHANGED
    access_code: AccessCode | None = UNCHANGED
    opens_at: Instant | None = UNCHANGED
    due_at: Instant | None = UNCHANGED
    closes_at: Instant | None = UNCHANGED
    published: Flag = UNCHANGED


class FixedItem(Body):
    """A question of the course, worth its own points unless ``points`` says otherwise."""

    kind: Literal["question"] = "question"
    question_id: Reference
    points: Points | None = None


class DrawItem(Body):
    """``count`` questions, drawn for each attempt from those of the pool that the quiz does not hold anyway."""

    kind: Literal["draw"] = "draw"
    pool: Pool
    count: Annotated[Count, Field(ge=1, le=MOST_ITEMS)]
    points: Points | None = None


class Items(Body):
    """What the quiz asks, in its order: at most 500 questions together."""

    items: Annotated[
        list[Annotated[FixedItem | DrawItem, Field(discriminator="kind")]], Field(max_length=MOST_ITEMS)
    ]


class Override(Body):
    """Other dates and limits for one cohort or one learner. What is left out stays as it is for the others; null
    takes the date or the limit away."""

    cohort_id: Reference = UNCHANGED
    user_id: Reference = UNCHANGED
    opens_at: Instant | None = UNCHANGED
    due_at: Instant | None = UNCHANGED
    closes_at: Instant | None = UNCHANGED
    time_limit_minutes: Minutes | None = UNCHANGED
    attempts: Attempts | None = UNCHANGED

    @model_validator(mode="after")
    def _for_someone(self) -> Self:
        whom = self.model_fields_set & {"cohort_id", "user_id"}
        if len(whom) != 1:
            raise ValueError("name either cohort_id or user_id")
        if self.model_fields_set == whom:
            raise ValueError("name at least one date or limit")
        return self


class OverrideList(Body):
    """All overrides of the quiz, each cohort and learner at most once."""

    overrides: Annotated[list[Override], Field(max_length=MOST_OVERRIDES)]


class ShownOverride(TypedDict, total=False):
    cohort_id: Id
    user_id: Id
    opens_at: Moment | None
    due_at: Moment | None
    closes_at: Moment | None
    time_limit_minutes: float | None
    attempts: int | None


class QuizOverrides(Resource):
    """As they were put: a field that is left out is as for the others, one that is null is taken away."""

    overrides: list[ShownOverride]


class QuestionChange(Change):
    """Each field that is named is replaced as a whole."""

    title: Heading = UNCHANGED
    prompt: Text = UNCHANGED
    content: Content = UNCHANGED
    points: Points = UNCHANGED
    feedback: Feedback = UNCHANGED
    hints: Hints = UNCHANGED
    skills: Skills = UNCHANGED
    pool: Pool | None = UNCHANGED


class BankQuestion(Resource):
    """A question with its key. ``html`` holds the safe HTML of its texts by their path: ``prompt``,
    ``options/{id}/text``, ``feedback/general``, ``hints/0``; gaps stay in the prompt's as ``{{id}}``."""

    id: DocumentId
    course_id: Id
    lesson_id: Id | None
    kind: Annotated[Kind, Field(validation_alias=AliasChoices("kind", AliasPath("content", "kind")))]
    title: str
    prompt: str
    content: Content
    points: float
    feedback: Feedback
    hints: list[str]
    skills: list[str]
    pool: str | None
    html: dict[str, str]
    evidence: str
    source: Source | None
    origin: Origin
    version: int
    created_at: Moment
    updated_at: Moment


class QuizItem(Resource):
    """A fixed question, or a draw of ``count`` from ``pool``. Null ``points``: each question says its own."""

    kind: Literal["question", "draw"]
    question_id: Id | None = None
    pool: str | None = None
    count: int | None = None
    points: float | None = None


class CourseQuiz(Resource):
    """Dates and limits are the caller's own where the caller is a learner, the course's for staff. ``html`` shows
    the instructions. ``items`` is for editors, null for others."""

    id: DocumentId
    course_id: Id
    lesson_id: Id | None
    title: str
    instructions: str
    html: str
    time_limit_minutes: float | None
    attempts: int | None
    shuffle_questions: bool
    shuffle_options: bool
    show_hints: bool
    score_policy: ScorePolicy
    late_policy: ShownLatePolicy | None
    feedback_release: FeedbackRelease
    passing_percent: float | None
    needs_access_code: bool
    opens_at: Moment | None
    due_at: Moment | None
    closes_at: Moment | None
    published: bool
    question_count: int
    items: list[QuizItem] | None = None
    version: int
    created_at: Moment
    updated_at: Moment


class QuestionFile(Body):
    """A file of questions: ``content`` as text, or ``content_base64`` for a package or another encoding than UTF-8.

    With ``pool`` all questions go there, whatever the file says. With ``dry_run`` nothing is kept.
    """

    format: Format
    content: Annotated[str, StringConstraints(min_length=1)] | None = None
    content_base64: Annotated[str, StringConstraints(min_length=1)] | None = None
    pool: Pool | None = None
    dry_run: Flag = False

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if (self.content is None) == (self.content_base64 is None):
            raise ValueError("send either content or content_base64")
        return self


class FileRow(Resource):
    """What became of an item. ``place`` is where a file has it, ``type`` its kind there; ``notes`` say what changed
    or why it was refused. ``question_id`` is null where no question was kept, for groups and categories too."""

    number: int
    place: str
    title: str
    type: str
    outcome: Literal["taken", "changed", "refused"]
    notes: list[str]
    question_id: Id | None = None


class FileReport(Resource):
    """A row for every item. ``shortened``: titles and notes are cut, so that the answer is not too long to send."""

    taken: int
    changed: int
    refused: int
    question_count: int
    rows: list[FileRow]
    shortened: bool = False
