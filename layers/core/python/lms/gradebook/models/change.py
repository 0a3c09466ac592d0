"""Changes of a gradebook."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from lms.fields import UNCHANGED, Body, Change, Count, Flag, Id, Reference, Resource
from lms.gradebook.categories import Missing
from lms.gradebook.models.page import CourseGradeOverride, Freeze, GradebookCell, GradebookColumn
from lms.gradebook.models.scheme import SchemeBand
from lms.gradebook.models.settings import Categories, CategorySettings, Columns
from lms.quizzes.fields import Key
from lms.rubrics.points import Points

MOST_CELLS = 1_000

Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Version = Annotated[Count, Field(ge=0)]


class GivenCell(Body):
    """What a manual column holds for a learner: a ``score``, ``excused``, or null for nothing. ``version`` is that
    of the cell which this builds on, 0 for one where nothing is entered."""

    user_id: Reference
    column_id: Key
    version: Version
    score: Points | None
    excused: Flag = False
    why: Why | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.excused and self.score is not None:
            raise ValueError("give a score or excused, not both")
        return self


class GivenOverride(Body):
    """The learner's grade of the course, whatever is computed; null takes that back. ``version`` as for cells."""

    user_id: Reference
    version: Version
    percent: Annotated[Points, Field(le=1_000)] | None
    why: Why


class GradebookChange(Change):
    """``missing``, ``categories`` and ``columns`` are each replaced as a whole, and need If-Match. ``columns`` are
    those that are placed in categories or entered by hand. What was entered in a manual column that is left out is
    kept, and comes back with it. ``cells`` and ``overrides`` name the versions that they build on; where one is not
    the last, nothing at all is written."""

    missing: Missing = UNCHANGED
    categories: Categories = UNCHANGED
    columns: Columns = UNCHANGED
    cells: Annotated[list[GivenCell], Field(max_length=MOST_CELLS)] = UNCHANGED
    overrides: Annotated[list[GivenOverride], Field(max_length=MOST_CELLS)] = UNCHANGED
    why: Why | None = None


class ChangedCell(GradebookCell):
    user_id: Id
    column_id: str


class ChangedOverride(CourseGradeOverride):
    user_id: Id


class ChangedGradebook(Resource):
    """The gradebook as it is set, with the cells and overrides that this call has changed."""

    version: int
    missing: Missing
    categories: list[CategorySettings]
    columns: list[GradebookColumn]
    bands: list[SchemeBand]
    frozen: Freeze | None
    cells: list[ChangedCell]
    overrides: list[ChangedOverride]
