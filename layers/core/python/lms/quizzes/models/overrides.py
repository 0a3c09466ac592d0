"""Other dates and limits for a cohort or a learner."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from lms.fields import UNCHANGED, Body, Id, Instant, Moment, Reference, Resource
from lms.quizzes.limits import Attempts, Minutes

MOST_OVERRIDES = 1_000


class DatesOverride(Body):
    """Other dates and attempts for one cohort or one learner. What is left out stays as it is for the others; null
    takes the date or the limit away."""

    cohort_id: Reference = UNCHANGED
    user_id: Reference = UNCHANGED
    opens_at: Instant | None = UNCHANGED
    due_at: Instant | None = UNCHANGED
    closes_at: Instant | None = UNCHANGED
    attempts: Attempts | None = UNCHANGED

    @model_validator(mode="after")
    def _for_someone(self) -> Self:
        whom = self.model_fields_set & {"cohort_id", "user_id"}
        if len(whom) != 1:
            raise ValueError("name either cohort_id or user_id")
        if self.model_fields_set == whom:
            raise ValueError("name at least one date or limit")
        return self


class Override(DatesOverride):
    """Other dates and limits for one cohort or one learner. What is left out stays as it is for the others; null
    takes the date or the limit away."""

    time_limit_minutes: Minutes | None = UNCHANGED


class OverrideList(Body):
    """All overrides of the quiz, each cohort and learner at most once."""

    overrides: Annotated[list[Override], Field(max_length=MOST_OVERRIDES)]


class ShownDatesOverride(TypedDict, total=False):
    cohort_id: Id
    user_id: Id
    opens_at: Moment | None
    due_at: Moment | None
    closes_at: Moment | None
    attempts: int | None


class ShownOverride(ShownDatesOverride, total=False):
    time_limit_minutes: float | None


class QuizOverrides(Resource):
    """As they were put: a field that is left out is as for the others, one that is null is taken away."""

    overrides: list[ShownOverride]
