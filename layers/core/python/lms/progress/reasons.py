"""Why a lesson is locked, and what is missing."""

from enum import StrEnum
from typing import Literal

from lms.fields import Id, Moment, Resource


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
