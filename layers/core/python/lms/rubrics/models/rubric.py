"""Requests and responses about a rubric."""

from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from lms.fields import UNCHANGED, Body, Change, DocumentId, Flag, Id, Kept, Moment, Reference, Resource, Title
from lms.rubrics.points import Points

Description = Annotated[str, StringConstraints(max_length=1_000)]


class Level(Body):
    """``id`` is that of a level as it stands, left out for a new one."""

    id: Reference | None = None
    title: Title
    description: Description = ""
    points: Points


class Criterion(Body):
    """``levels`` by falling points. ``ranged``: any points between the best level's and the last one's may be
    given, else a level's alone. ``id`` is that of a criterion as it stands, left out for a new one."""

    id: Reference | None = None
    title: Title
    description: Description = ""
    ranged: Flag = False
    levels: Annotated[list[Level], Field(min_length=2, max_length=10)]

    @model_validator(mode="after")
    def _levels_fall(self) -> Self:
        if any(lower.points >= higher.points for higher, lower in pairwise(self.levels)):
            raise PydanticCustomError("levels", "the points of its levels do not fall")
        return self


Criteria = Annotated[list[Criterion], Field(min_length=1, max_length=30)]


class NewRubric(Body):
    """Either ``title`` and ``criteria``, or a copy of a rubric in a course that the caller edits, under its title
    or another."""

    title: Title | None = None
    criteria: Criteria | None = None
    copy_of: Reference | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.copy_of is None and (self.title is None or self.criteria is None):
            raise ValueError("give a title and criteria, or copy_of")
        if self.copy_of is not None and self.criteria is not None:
            raise ValueError("give either criteria or copy_of")
        return self


class RubricChange(Change):
    """``criteria`` replaces all of them. What has been handed in keeps the version that it was handed in under."""

    title: Title = UNCHANGED
    criteria: Criteria = UNCHANGED


class ShownLevel(TypedDict):
    id: Id
    title: str
    description: str
    points: float


class ShownCriterion(TypedDict):
    id: Id
    title: str
    description: str
    ranged: bool
    levels: list[ShownLevel]


ShownCriteria = Annotated[list[dict[str, Any]], Kept(list[ShownCriterion])]


class Rubric(Resource):
    """``points`` is the sum of the best levels'."""

    id: DocumentId
    course_id: Id
    title: str
    criteria: ShownCriteria
    points: float
    version: int
    created_at: Moment
    updated_at: Moment
