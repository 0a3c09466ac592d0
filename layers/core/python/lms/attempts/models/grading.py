"""What graders say of an attempt."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from lms.attempts.models.saving import ItemId
from lms.fields import Body, Count
from lms.grades.models.criteria import Comment, GivenCriterion, Why


class ItemGrade(Body):
    """``points`` of the item's, or, of an essay with a rubric, ``criteria``: each of the rubric's once."""

    item_id: ItemId
    points: Annotated[float, Field(ge=0, le=1_000, strict=True, allow_inf_nan=False)] | None = None
    criteria: Annotated[list[GivenCriterion], Field(min_length=1, max_length=30)] | None = None
    comment: Comment = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.points is None) == (self.criteria is None):
            raise ValueError("give either points or criteria")
        return self


class GradeBody(Body):
    """``why`` is needed where the learner has seen what changes."""

    items: Annotated[list[ItemGrade], Field(min_length=1, max_length=500)]
    why: Why | None = None


class ExtendBody(Body):
    """Minutes beyond those given before."""

    minutes: Annotated[Count, Field(ge=1, le=7 * 24 * 60)]


class ReopenBody(Body):
    """How long from now on the learner may go on; null until the quiz ends."""

    minutes: Annotated[Count, Field(ge=1, le=7 * 24 * 60)] | None = None
