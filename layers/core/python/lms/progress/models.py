"""Requests and responses of the progress endpoints."""

from typing import Annotated, Literal

from pydantic import Field

from lms.fields import Body, Count, DocumentId, Flag, Id, Moment, Resource
from lms.permissions import CourseRole


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
    completed: Flag = False


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
    """``title`` is that of the quiz, the assignment, the lesson or the course. ``done`` says of a quiz that the
    caller has handed in an attempt. An ``attempt_running`` stands at its deadline; ``to_review`` has the ``count``
    of the attempts that wait for a grader, and stands at the time since when."""

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
    assignment_id: Id | None = None
    attempt_id: Id | None = None
    done: bool | None = None
    count: int | None = None


class Agenda(Resource):
    items: list[AgendaItem]
