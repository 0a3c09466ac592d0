"""What a grade says by criterion, and what an AI had to do with it: of assignments, reviews and quiz essays."""

from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from lms.fields import Body, Id, Reference, Resource
from lms.rubrics.points import Points

Comment = Annotated[str, StringConstraints(max_length=10_000)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class GivenCriterion(Body):
    """One of the rubric's levels, or, in a criterion that is ranged, any points between its levels'; both where
    the level is to be named too."""

    criterion_id: Reference
    level_id: Reference | None = None
    points: Points | None = None
    comment: Comment = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.level_id is None and self.points is None:
            raise ValueError("give a level_id or points")
        return self


class GradedCriterion(Resource):
    criterion_id: Id
    level_id: Id | None
    points: float
    comment: str


class PartOfAi(Resource):
    """``given``: the grade is what an AI said, by the rule that the assignment sets for that. ``suggested``: a
    person gave the grade, and an AI had suggested one. ``model`` is null where no language model was asked."""

    suggestion_id: Id
    part: Literal["given", "suggested"]
    provider: str
    model: str | None
    confidence: float
