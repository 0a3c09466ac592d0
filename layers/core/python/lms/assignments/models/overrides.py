"""Other dates and attempts for a cohort or a learner."""

from typing import Annotated

from pydantic import Field

from lms.fields import Body, Resource
from lms.quizzes.models.overrides import MOST_OVERRIDES, DatesOverride, ShownDatesOverride


class DatesOverrideList(Body):
    """All overrides of the assignment, each cohort and learner at most once."""

    overrides: Annotated[list[DatesOverride], Field(max_length=MOST_OVERRIDES)]


class AssignmentOverrides(Resource):
    """As they were put: a field that is left out is as for the others, one that is null is taken away."""

    overrides: list[ShownDatesOverride]
