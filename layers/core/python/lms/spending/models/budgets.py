"""Budgets."""

from typing import Annotated

from pydantic import Field

from lms.fields import Body, Count, Moment, Reference, Resource

_MOST_TOKENS = 1_000_000_000_000
_MOST_OF_THEIR_OWN = 1_000

Dollars = Annotated[float, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]


class Budget(Body):
    """What models may take in a calendar month (UTC); null does not limit. Both may be set: each holds."""

    tokens: Annotated[Count, Field(ge=0, le=_MOST_TOKENS)] | None = None
    usd: Dollars | None = None


class BudgetsBody(Body):
    """``per_user`` and ``per_course`` hold for each person and course that has no budget of its own in ``users``
    and ``courses``, by id."""

    platform: Budget | None = None
    per_user: Budget | None = None
    per_course: Budget | None = None
    users: Annotated[dict[Reference, Budget], Field(max_length=_MOST_OF_THEIR_OWN)] = {}
    courses: Annotated[dict[Reference, Budget], Field(max_length=_MOST_OF_THEIR_OWN)] = {}


class ShownBudget(Resource):
    tokens: int | None
    usd: float | None


class Budgets(Resource):
    platform: ShownBudget | None
    per_user: ShownBudget | None
    per_course: ShownBudget | None
    users: dict[str, ShownBudget]
    courses: dict[str, ShownBudget]
    version: int
    updated_at: Moment | None = None
