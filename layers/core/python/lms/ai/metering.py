"""The provider that a task asks, each of its calls held to what may be spent and counted when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bson import ObjectId

from lms import clock, metrics, mongo
from lms.ai.failures import BudgetUsedUp, ProviderUnavailable
from lms.ai.providers import Provider, provider
from lms.jobs import usage as job_usage
from lms.mongo import Transaction
from lms.spending import calls, tasks
from lms.spending.budgets import BudgetExceeded
from lms.spending.scopes import Payer

if TYPE_CHECKING:
    from lms.jobs.models import Usage
    from lms.jobs.steps import Step

LEAST_OUTPUT = 512
_COMFORTABLE_OUTPUT = 8_192
_MOST_OUTPUT = 32_768
_BUSY_SECONDS = 5


def provider_of(step: Step, *, alone: bool = False, told: Callable[[Usage], None] = lambda usage: None) -> Provider:
    """The job's provider, its calls counted on the job and held to this step's share of the budget. ``alone`` says
    that no other step of the job asks beside it. ``told`` is what each call has taken."""
    job = step.job
    allowance = step.allowance(alone=alone)
    payer = Payer(job["owner_id"], job["course_id"])
    return metered(
        job["provider"],
        payer,
        tasks.OF_KIND[job["kind"]],
        step.remaining_seconds,
        allowance=allowance,
        job_id=job["_id"],
        told=told,
    )


def metered(
    name: str,
    payer: Payer,
    task: str,
    remaining_seconds: Callable[[], float],
    *,
    allowance: int | None = None,
    job_id: ObjectId | None = None,
    told: Callable[[Usage], None] = lambda usage: None,
) -> Provider:
    """The named provider, its calls held to ``allowance`` tokens in all and to the payer's budgets."""
    meter = _Meter(payer, task, job_id, allowance)

    def record(usage: Usage) -> None:
        meter.record(usage, ai.prompts)
        told(usage)

    ai = provider(
        name,
        remaining_seconds=remaining_seconds,
        hold=meter.hold,
        record=record,
        budget_left=meter.left,
    )
    return ai


class _Meter:
    def __init__(self, payer: Payer, task: str, job_id: ObjectId | None, allowance: int | None) -> None:
        self._payer, self._task, self._job_id = payer, task, job_id
        self._allowance, self._spent = allowance, 0
        self._call_id: ObjectId | None = None

    def left(self) -> int | None:
        return None if self._allowance is None else self._allowance - self._spent

    def hold(self, model: str, input_tokens: int, most_output: int | None) -> int | None:
        """Begin a call. Raise BudgetUsedUp, or ProviderUnavailable while others hold what is left."""
        from lms.ai.gemini.pricing import price

        listed = price(model, clock.now().date())
        each = (listed.input / 1_000_000, listed.output / 1_000_000) if listed else (0.0, 0.0)
        most = min(most_output or _MOST_OUTPUT, _MOST_OUTPUT)
        comfortable = min(_COMFORTABLE_OUTPUT, most)
        wanted = calls.Wanted(input_tokens, LEAST_OUTPUT, comfortable, most, input_tokens * each[0], each[1])
        try:
            call = calls.begin(self._payer, self._task, model, self._job_id, wanted)
        except BudgetExceeded as exceeded:
            raise BudgetUsedUp(exceeded) from exceeded
        except calls.Busy:
            detail = "What is left of the month's budget is set aside for calls that run now; it is tried again."
            raise ProviderUnavailable(detail, retry_after=_BUSY_SECONDS) from None
        self._call_id = call.id
        return most_output if call.most_output is None else call.most_output

    def record(self, usage: Usage, prompts: Mapping[str, str]) -> None:
        """End the call: counted everywhere, or nowhere."""
        call_id, self._call_id = self._call_id, None
        assert call_id is not None, "a call is held before it is made"
        self._spent += usage.input_tokens + usage.output_tokens
        metrics.count("ModelTokens", usage.input_tokens + usage.output_tokens)
        mongo.transaction(lambda tx: self._count(tx, call_id, usage, prompts))

    def _count(self, tx: Transaction, call_id: ObjectId, usage: Usage, prompts: Mapping[str, str]) -> None:
        more = calls.settle(tx, call_id, usage.model_dump())
        if more and any(more.values()) and self._job_id:
            job_usage.add(tx, self._job_id, more, prompts)


def presume_lost() -> int:
    """Count the input of calls whose workers died, on their jobs too; return how many there were."""
    return calls.presume_lost(job_usage.add)
