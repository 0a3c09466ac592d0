"""Requests and responses about budgets and usage."""

from typing import Annotated, Any, Literal

from pydantic import Field

from lms.fields import Body, Count, Id, Moment, Reference, Resource

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


Task = Literal["generate_course", "enhance_content", "generate_quiz", "analyze_performance", "ask"]


class EstimateBody(Body):
    """``request`` is the body that the task's own endpoint takes."""

    task: Task
    request: dict[str, Any]


class LeftInScope(Resource):
    """What is left this month of a budget that holds; null where it does not limit."""

    scope: Literal["platform", "user", "course"]
    tokens: int | None
    usd: float | None


class Estimate(Resource):
    """What the task may take: an estimate, whose ``basis`` says how it was made. Zero where no model is asked.
    ``left`` has a row for each budget that holds."""

    task: Task
    provider: str
    model: str | None
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    basis: list[str]
    left: list[LeftInScope]


class Figures(Resource):
    """``cost_usd`` by the provider's price list at the time of each call."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class TaskFigures(Figures):
    """``jobs`` that were started in the month, whatever became of them; ``ask`` has none."""

    task: Task
    jobs: int


class ModelFigures(Figures):
    model: str


class DayFigures(Figures):
    """``day`` in UTC, e.g. 2026-11-23."""

    day: str


class Left(Resource):
    """What is left of the budget's ``tokens`` and ``usd``, without what is set aside for calls that run; null where
    it does not limit."""

    tokens: int | None
    usd: float | None


class Usage(Figures):
    """What AI took in ``month`` (UTC), and ``left`` of the budget that holds, which begins anew at ``resets_at``.
    ``budget`` and ``left`` are null where none holds."""

    scope: Literal["platform", "user", "course"]
    id: Id | None
    month: str
    resets_at: Moment
    jobs: int
    budget: ShownBudget | None
    left: Left | None
    by_task: list[TaskFigures]
    by_model: list[ModelFigures]
    by_day: list[DayFigures]
