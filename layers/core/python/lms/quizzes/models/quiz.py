"""Requests and responses about a quiz."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lms.fields import (
    UNCHANGED,
    Body,
    Change,
    Count,
    DocumentId,
    Flag,
    Id,
    Instant,
    Moment,
    Reference,
    Resource,
    Title,
)
from lms.quizzes.limits import Attempts, Minutes
from lms.quizzes.models.items import QuizItem

Instructions = Annotated[str, StringConstraints(max_length=20_000)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
AccessCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
ScorePolicy = Literal["best", "last", "average"]
FeedbackRelease = Literal["now", "after_close", "never"]
AiHelp = Literal["off", "suggest"]


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
    come with the feedback. A lesson holds at most one quiz. ``ai_grading``: whether an AI may suggest grades for
    essays; these are always given by a person. ``blind``: until the results are released, graders see
    pseudonyms and learners no result."""

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
    ai_grading: AiHelp = "off"
    blind: Flag = False
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
    ai_grading: AiHelp = UNCHANGED
    blind: Flag = UNCHANGED
    access_code: AccessCode | None = UNCHANGED
    opens_at: Instant | None = UNCHANGED
    due_at: Instant | None = UNCHANGED
    closes_at: Instant | None = UNCHANGED
    published: Flag = UNCHANGED


class CourseQuiz(Resource):
    """Dates and limits are the caller's own where the caller is a learner, the course's for staff. ``html`` shows
    the instructions. ``items`` is for editors, null for others. ``released_at``: from when on a blind
    quiz no longer is."""

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
    ai_grading: AiHelp = "off"
    blind: bool = False
    released_at: Moment | None = None
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
