"""What graders say of an attempt."""

from typing import Annotated

from pydantic import Field, StringConstraints

from lms.attempts.models.saving import ItemId
from lms.fields import Body, Count


class ItemGrade(Body):
    item_id: ItemId
    points: Annotated[float, Field(ge=0, le=1_000, strict=True, allow_inf_nan=False)]
    comment: Annotated[str, StringConstraints(max_length=10_000)] = ""


class GradeBody(Body):
    items: Annotated[list[ItemGrade], Field(min_length=1, max_length=500)]


class ExtendBody(Body):
    """Minutes beyond those given before."""

    minutes: Annotated[Count, Field(ge=1, le=7 * 24 * 60)]


class ReopenBody(Body):
    """How long from now on the learner may go on; null until the quiz ends."""

    minutes: Annotated[Count, Field(ge=1, le=7 * 24 * 60)] | None = None
