"""What learners ask for when they do not agree with a grade, and what they are answered."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lms.fields import Body, Count, DocumentId, Id, Moment, Resource

Wants = Literal["review", "person"]
State = Literal["open", "resolved"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
Answer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class NewAppeal(Body):
    """``review``: to look at the grade again, for a ``reason``, within the assignment's ``appeal_days``.
    ``person``: to have a person look where an AI took part in the grade, at any time and without a reason."""

    wants: Wants = "review"
    reason: Reason = ""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.wants == "review" and not self.reason:
            raise ValueError("say a reason")
        return self


class Resolution(Body):
    """``answer`` is for the learner. ``grade_version``: of the grade that was changed for the appeal."""

    answer: Answer
    grade_version: Annotated[Count, Field(ge=1, le=2**31)] | None = None


class AppealedAssignment(Resource):
    id: DocumentId
    title: str


class Appeal(Resource):
    """Where ``blind``, ``user_id`` is a pseudonym and ``name`` null; to learners ``name`` is null too."""

    id: DocumentId
    course_id: Id
    assignment: AppealedAssignment
    submission_id: Id
    user_id: Id
    name: str | None
    blind: bool
    wants: Wants
    reason: str
    state: State
    answer: str | None
    grade_version: int | None
    resolved_by: Id | None
    resolved_at: Moment | None
    created_at: Moment
    version: int
