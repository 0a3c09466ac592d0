"""How a course's grade is made: categories, what counts in each, and the columns entered by hand."""

from typing import Annotated, Literal

from pydantic import Field

from lms.fields import Body, Count, Flag, Instant, Line, Reference, Title
from lms.gradebook.categories import Basis, Missing
from lms.quizzes.fields import Key
from lms.rubrics.points import Points

MOST_CATEGORIES = 50
MOST_COLUMNS = 500

Drop = Annotated[Count, Field(ge=0, le=100)]
ColumnWeight = Annotated[Points, Field(gt=0)]


class CategorySettings(Body):
    """``weight`` is in any unit: the categories' proportion matters. ``basis``: whether points are added up, or
    percentages averaged. ``missing`` null: as for the course. ``extra_credit`` is added on top of the others."""

    id: Key
    name: Line
    weight: Points
    basis: Basis = "points"
    drop_lowest: Drop = 0
    drop_highest: Drop = 0
    extra_credit: Flag = False
    missing: Missing | None = None


class _Placed(Body):
    """``category_id`` null: shown and counted nowhere. ``weight`` multiplies what the column counts in its
    category. ``never_drop``: the category's rules drop others."""

    category_id: Key | None
    weight: ColumnWeight = 1.0
    extra_credit: Flag = False
    never_drop: Flag = False


class WorkColumn(_Placed):
    """Where an assignment or a quiz of the course counts."""

    kind: Literal["assignment", "quiz"]
    id: Reference


class ManualColumn(_Placed):
    """What staff enter by hand. From ``due_at`` on an empty cell is missing work."""

    kind: Literal["manual"]
    id: Key
    title: Title
    points: Points
    due_at: Instant | None = None


Categories = Annotated[list[CategorySettings], Field(max_length=MOST_CATEGORIES)]
Columns = Annotated[
    list[Annotated[WorkColumn | ManualColumn, Field(discriminator="kind")]], Field(max_length=MOST_COLUMNS)
]


class GradebookSettings(Body):
    """``missing``: whether work that was not handed in counts as 0, in the running grade once it is due. An
    assignment or a quiz that no column names counts nowhere, unless there are no categories: then all count, by
    points."""

    missing: Missing = "excluded"
    categories: Categories
    columns: Columns = []
