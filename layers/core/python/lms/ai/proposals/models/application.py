"""What an editor takes over of a proposal."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lms.fields import Body, Flag, Reference, Skills, Title, each_once

Ids = Annotated[list[Reference], Field(max_length=500), AfterValidator(each_once)]
Pool = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Application(Body):
    """The ids of a proposal's blocks, key terms or questions, accepted and refused; of the rest nothing is said.

    A block that somebody has changed since it was read for the proposal stops the whole, unless ``skip_changed``
    leaves it out. ``pool``, ``skills`` (in place of those asked for) and ``quiz_title``, for a draft quiz that asks
    what is accepted, go with questions alone.
    """

    accept: Ids = []
    refuse: Ids = []
    skip_changed: Flag = False
    pool: Pool | None = None
    skills: Skills | None = None
    quiz_title: Title | None = None

    @model_validator(mode="after")
    def _decides(self) -> Self:
        if not (self.accept or self.refuse):
            raise ValueError("name something to accept or to refuse")
        if set(self.accept) & set(self.refuse):
            raise ValueError("the same cannot be accepted and refused")
        return self
