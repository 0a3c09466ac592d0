"""When a lesson opens and what completes it, as editors write it; and the responses of the progress endpoints."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from bson import ObjectId
from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from lms.fields import Body, Count, DocumentId, Id, Instant, Moment, Resource, rfc3339
from lms.permissions import CourseRole


def _object_id(value: Any) -> ObjectId:
    if isinstance(value, ObjectId):
        return value
    if isinstance(value, str) and len(value) == 24 and ObjectId.is_valid(value):
        return ObjectId(value)
    raise ValueError("is not an id")


Named = Annotated[
    ObjectId,
    PlainValidator(_object_id),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{24}$"}),
]
"""The id of another resource of the course, kept as MongoDB keeps it."""

At = Annotated[Instant, PlainSerializer(rfc3339, return_type=str, when_used="json")]


class DateReached(Body):
    kind: Literal["date"]
    at: At


class DaysAfterEnrollment(Body):
    """At the same time of day, in the course's zone, as the enrollment."""

    kind: Literal["days_after_enrollment"]
    days: Annotated[Count, Field(ge=0, le=3650)]


class LessonCompleted(Body):
    kind: Literal["lesson_completed"]
    lesson_id: Named


class QuizScore(Body):
    """The learner's best score in the quiz is at least ``percent``."""

    kind: Literal["quiz_score"]
    quiz_id: Named
    percent: Annotated[float, Field(ge=0, le=100, strict=True, allow_inf_nan=False)]


Condition = Annotated[DateReached | DaysAfterEnrollment | LessonCompleted | QuizScore, Field(discriminator="kind")]


class Release(Body):
    """When a lesson opens to a learner: as soon as ``all`` or ``any`` of the conditions hold."""

    match: Literal["all", "any"]
    conditions: Annotated[list[Condition], Field(min_length=1, max_length=20)]


class Viewed(Body):
    """The learner says so."""

    kind: Literal["viewed"] = "viewed"


class MinutesSpent(Body):
    kind: Literal["minutes"]
    minutes: Annotated[Count, Field(ge=1, le=600)]


class QuizPassed(Body):
    kind: Literal["quiz_passed"]
    quiz_id: Named


Completion = Annotated[Viewed | MinutesSpent | QuizPassed, Field(discriminator="kind")]
"""What completes a lesson."""


class Reason(StrEnum):
    """Why a lesson is locked. CONDITIONS_NOT_MET stands for conditions of more than one kind."""

    MEMBERS_ONLY = "MEMBERS_ONLY"
    COURSE_NOT_STARTED = "COURSE_NOT_STARTED"
    OPENS_LATER = "OPENS_LATER"
    LESSON_NOT_COMPLETED = "LESSON_NOT_COMPLETED"
    SCORE_NOT_REACHED = "SCORE_NOT_REACHED"
    CONDITIONS_NOT_MET = "CONDITIONS_NOT_MET"


class Missing(Resource):
    """A condition that does not hold yet: the time ``at`` which it will, the lesson to complete, or the ``percent``
    to reach in the quiz and the learner's ``best`` so far."""

    kind: Literal["course_start", "date", "days_after_enrollment", "lesson_completed", "quiz_score"]
    at: Moment | None = None
    lesson_id: Id | None = None
    title: str | None = None
    quiz_id: Id | None = None
    percent: float | None = None
    best: float | None = None


class Heartbeat(Body):
    """``position`` is the client's own measure, e.g. a video's second or the share that was scrolled, and the last
    one stays. ``seconds`` is the total that the client has counted on this lesson. ``completed`` says that the
    learner is through; false never takes it back."""

    position: Annotated[float, Field(ge=0, le=1e9, strict=True, allow_inf_nan=False)] | None = None
    seconds: Annotated[Count, Field(ge=0, le=100_000_000)] = 0
    completed: Annotated[bool, Field(strict=True)] = False


class LessonProgress(Resource):
    lesson_id: Id
    status: Literal["not_started", "started", "completed"]
    position: float | None
    seconds: int
    completed_at: Moment | None


class Summary(Resource):
    """``percent`` is of the outline as it is now. ``completed_at`` and ``completed_version`` say when, and on which
    version of the outline, the course was completed: that stays when lessons are added."""

    percent: int
    completed_at: Moment | None
    completed_version: int | None
    active_at: Moment | None


class Recorded(Summary):
    """A lesson's progress after a heartbeat, and the course's."""

    lesson: LessonProgress


class CourseProgress(Summary):
    """``next_lesson_id`` is the first lesson that is open to the learner and not completed."""

    course_id: Id
    user_id: Id
    lesson_count: int
    completed_count: int
    next_lesson_id: Id | None
    lessons: list[LessonProgress]


class Column(Resource):
    lesson_id: Id
    title: str


class LearnerRow(Summary):
    """``completed`` and ``started`` are the numbers, from 0, of columns."""

    user_id: Id
    name: str | None
    completed: list[int]
    started: list[int]


class LearnersPage(Resource):
    """``columns`` are the lessons in the order of the outline, the same on each page."""

    columns: list[Column]
    items: list[LearnerRow]
    next_cursor: str | None


class NextLesson(Resource):
    id: DocumentId
    title: str


class MyCourse(Resource):
    """A course of the caller's. ``enrollment`` is active, or waiting for a seat; null for staff. The progress is
    that of a learner, ``next_lesson`` the first that is open to them and not completed."""

    id: DocumentId
    title: str
    status: Literal["draft", "published"]
    role: CourseRole
    enrollment: Literal["active", "waiting"] | None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    percent: int | None = None
    completed_at: Moment | None = None
    next_lesson: NextLesson | None = None


class AgendaItem(Resource):
    """``title`` is that of the quiz, the lesson or the course. ``done`` says of a quiz that the caller has handed
    in an attempt. An ``attempt_running`` stands at its deadline; ``to_review`` has the ``count`` of the attempts
    that wait for a grader, and stands at the time since when."""

    kind: Literal[
        "course_starts",
        "course_ends",
        "lesson_opens",
        "opens",
        "due",
        "closes",
        "attempt_running",
        "to_review",
    ]
    at: Moment
    title: str
    course_id: Id
    course_title: str
    lesson_id: Id | None = None
    quiz_id: Id | None = None
    attempt_id: Id | None = None
    done: bool | None = None
    count: int | None = None


class Agenda(Resource):
    items: list[AgendaItem]
