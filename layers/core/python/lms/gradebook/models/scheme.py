"""What percentages are called."""

from typing import Annotated

from pydantic import Field

from lms.fields import Body, Line, Resource
from lms.rubrics.points import Points

Least = Annotated[Points, Field(le=100)]


class SchemeBand(Body):
    """Begins at ``least`` percent, which belongs to it."""

    label: Line
    least: Least


class GradingScheme(Body):
    """From the best band to the one that begins at 0: letters, pass and fail, or any other names."""

    bands: Annotated[list[SchemeBand], Field(min_length=1, max_length=50)]


class CourseScheme(Resource):
    """``version`` is the gradebook's."""

    bands: list[SchemeBand]
    version: int
