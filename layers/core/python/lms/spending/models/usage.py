"""What AI took in a month."""

from typing import Literal

from lms.fields import Id, Moment, Resource
from lms.spending.models.budgets import ShownBudget
from lms.spending.tasks import Task


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


class MonthlyUsage(Figures):
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
