"""When a lesson opens and what completes it, as editors write it."""

from typing import Annotated, Any, Literal

from bson import ObjectId
from pydantic import Field, PlainValidator, WithJsonSchema

from lms.fields import Body, Count, InJson, Instant, rfc3339


def _object_id(value: Any) -> ObjectId:
    if isinstance(value, ObjectId):
        return value
    if isinstance(value, str) and len(value) == 24 and ObjectId.is_valid(value):
        return ObjectId(value)
    raise ValueError("is not an id")


Named = Annotated[
    ObjectId,
    PlainValidator(_object_id),
    InJson(str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{24}$"}),
]
"""The id of another resource of the course, kept as MongoDB keeps it."""

At = Annotated[Instant, InJson(rfc3339)]


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
