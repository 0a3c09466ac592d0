"""The provider that a job's step asks, each of its calls held to what may be spent and counted when it ends."""

from lms.ai.providers import Provider, provider
from lms.jobs.models import Usage
from lms.jobs.steps import Step


def provider_of(step: Step, *, alone: bool = False) -> Provider:
    """The job's provider, its calls counted on the job and held to this step's share of the budget. ``alone`` says
    that no other step of the job asks beside it."""
    allowance = step.allowance(alone=alone)
    spent = 0

    def record(usage: Usage) -> None:
        nonlocal spent
        spent += usage.input_tokens + usage.output_tokens
        step.count(usage, ai.prompts)

    def budget_left() -> int | None:
        return None if allowance is None else allowance - spent

    ai = provider(
        step.job["provider"], remaining_seconds=step.remaining_seconds, record=record, budget_left=budget_left
    )
    return ai
