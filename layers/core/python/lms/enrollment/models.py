"""Requests and responses of the enrolment endpoints."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lms.enrollment.states import EnrollmentSource, EnrollmentStatus, Mode
from lms.fields import (
    UNCHANGED,
    Body,
    Change,
    Count,
    DocumentId,
    Email,
    Flag,
    Id,
    Instant,
    Line,
    Moment,
    Reference,
    Resource,
)
from lms.permissions import CourseRole

Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class PolicyDraft(Body):
    """A course's enrollment policy. ``key`` is never shown again, and null keeps the one that is set; ``seats``
    null is no limit. People enroll themselves from ``opens_at`` on and before ``closes_at``; staff always may."""

    mode: Mode = Mode.INVITATION
    key: Key | None = None
    seats: Annotated[Count, Field(ge=0, le=1_000_000)] | None = None
    waiting_list: Flag = False
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


class Entry(Body):
    """Who is to enroll: nobody named is the caller, with the course's ``key`` where it wants one; staff name
    another person by ``user_id`` or by ``email``, and may put them into a cohort."""

    key: Key | None = None
    user_id: Reference | None = None
    email: Email | None = None
    cohort_id: Reference | None = None

    @property
    def names_another(self) -> bool:
        return bool(self.user_id or self.email)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.user_id and self.email:
            raise ValueError("name the person by user_id or by email, not by both")
        if self.key and self.names_another:
            raise ValueError("staff need no key")
        if self.cohort_id and not self.names_another:
            raise ValueError("cohort_id is for staff, with user_id or email")
        return self


class Accommodations(Body):
    """``time_factor`` stretches time limits; ``extra_days`` are calendar days in the course's time zone."""

    time_factor: Annotated[float, Field(strict=True, ge=1, le=10, allow_inf_nan=False)] = 1.0
    extra_days: Annotated[Count, Field(ge=0, le=365)] = 0


class EnrollmentChange(Change):
    """``cohort_ids`` limits an assistant to the learners of these cohorts; an empty list takes the limit away."""

    role: Literal[CourseRole.LEARNER, CourseRole.ASSISTANT, CourseRole.INSTRUCTOR] = UNCHANGED
    cohort_ids: Annotated[list[Reference], Field(max_length=100)] = UNCHANGED
    cohort_id: Reference | None = UNCHANGED
    accommodations: Accommodations = UNCHANGED


class HistoryRow(Resource):
    """``by`` is the id of the person who did it."""

    at: Moment
    by: Id
    action: str


class Enrollment(Resource):
    """``position`` is the place on the waiting list, from 1; ``enrolled_at`` the first time that the person had a
    seat. One of the staff has none: there the status is withdrawn."""

    id: DocumentId
    course_id: Id
    user_id: Id
    role: CourseRole = CourseRole.LEARNER
    status: EnrollmentStatus
    position: int | None
    cohort_id: Id | None
    accommodations: Accommodations
    source: EnrollmentSource
    enrolled_at: Moment | None
    history: list[HistoryRow]
    version: int
    created_at: Moment
    updated_at: Moment


class RosterRow(Enrollment):
    """``name`` is null where the account is gone; ``percent`` says how much of the course is completed."""

    name: str | None
    percent: int


class Member(Resource):
    """A learner's ``cohort_id`` and the ``cohort_ids`` that limit an assistant are shown to staff alone."""

    user_id: Id
    name: str | None
    role: CourseRole
    cohort_id: Id | None = None
    cohort_ids: list[Id] | None = None


class NewCohort(Body):
    name: Line


class CohortChange(Change):
    name: Line = UNCHANGED


class Cohort(Resource):
    id: DocumentId
    name: str
    version: int
    created_at: Moment
    updated_at: Moment


class LearnerList(Body):
    """CSV with a header: ``email`` and, if wanted, ``cohort`` (its name) and ``role``."""

    csv: Annotated[str, StringConstraints(min_length=1, max_length=3_000_000)]


class ImportRow(Resource):
    """``row`` counts as a spreadsheet does, the header being 1; ``outcome`` is null until the row's turn has come.
    ``reason`` says why a row is invalid: NO_ADDRESS, UNKNOWN_ROLE, UNKNOWN_COHORT, TOO_MANY_FIELDS,
    STAFF_NEED_NO_SEAT."""

    row: int
    outcome: Literal["enrolled", "already", "waiting", "unknown_account", "invalid", "duplicate_row", "full"] | None
    user_id: Id | None
    reason: str | None
