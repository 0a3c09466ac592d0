"""Requests and responses of the enrolment endpoints."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from lms.fields import Body, Count, Instant, Moment, Resource


class Mode(StrEnum):
    """Who may come into a course without staff bringing them: everyone, who knows the key, or nobody."""

    OPEN = "open"
    KEY = "key"
    INVITATION = "invitation"


class Source(StrEnum):
    """The way by which a learner came into a course."""

    OPEN = "open"
    KEY = "key"
    INVITATION = "invitation"
    STAFF = "staff"
    IMPORT = "import"


Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Switch = Annotated[bool, Field(strict=True)]


class PolicyDraft(Body):
    """A course's enrollment policy. ``key`` is never shown again, and null keeps the one that is set; ``seats``
    null is no limit. People enroll themselves from ``opens_at`` on and before ``closes_at``; staff always may."""

    mode: Mode = Mode.INVITATION
    key: Key | None = None
    seats: Annotated[Count, Field(ge=0, le=1_000_000)] | None = None
    waiting_list: Switch = False
    opens_at: Instant | None = None
    closes_at: Instant | None = None

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValueError("opens_at is not before closes_at")
        return self


class EnrollmentPolicy(Resource):
    """``taken`` of ``seats`` are taken."""

    mode: Mode
    has_key: bool
    seats: int | None
    taken: int
    waiting_list: bool
    opens_at: Moment | None
    closes_at: Moment | None
