"""What a task may take before it runs."""

from typing import Any, Literal

from lms.fields import Body, Resource
from lms.spending.tasks import Task


class EstimateBody(Body):
    """``request`` is the body that the task's own endpoint takes; of grade, whose endpoints take none, the
    ``submission_id`` or the ``assignment_id``."""

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
