"""Gemini's calls, held to the month's budgets and counted, whatever happens to them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from infra.local.stack import Stack
from lms.ai.failures import BudgetUsedUp, ProviderFailure, ProviderUnavailable
from lms.ai.gemini.provider import Gemini
from lms.ai.metering import _Meter
from lms.ai.tutoring import Passage
from lms.spending import budgets, report, tasks
from lms.spending.models.budgets import BudgetsBody
from lms.spending.scopes import Payer
from tests import at_once
from tests.core.ai.gemini.desk import Desk

PASSAGES = [Passage(ObjectId(), "Leaves", "b", "Leaves are green because chlorophyll is.")]


@pytest.fixture(autouse=True)
def _unlimited(ground: Stack) -> Iterator[None]:
    yield
    budgets.change(ObjectId(), BudgetsBody(), None)


def ask(desk: Desk, payer: Payer) -> Any:
    meter = _Meter(payer, tasks.ASK, None, None)
    gemini: Gemini = desk.gemini(hold=meter.hold, record=lambda usage: meter.record(usage, gemini.prompts))
    return gemini.answer("Why are leaves green?", PASSAGES, "en")


def usage(payer: Payer) -> tuple[int, int]:
    """Calls and tokens."""
    found = report.of("user", payer.user_id, None)
    return found.get("calls", 0), budgets.tokens(found)


def limit(**budget: Any) -> None:
    budgets.change(ObjectId(), BudgetsBody.model_validate(budget), None)


def test_many_at_once_never_exceed_the_budget(ground: Stack, desk: Desk):
    payer = Payer(ObjectId(), ObjectId())
    limit(per_course={"tokens": 15_000}, per_user={"tokens": 15_000})
    ended = at_once.endings(*[partial(ask, desk, payer)] * 8, refusal=ProviderFailure)
    assert set(ended) <= {"ok", "BUDGET_EXCEEDED", "PROVIDER_UNAVAILABLE"} and "ok" in ended
    calls, tokens = usage(payer)
    assert calls == ended.count("ok") == len(desk.server.calls)
    assert tokens <= 15_000


def test_calls_go_on_until_the_budget_is_used_up(ground: Stack, desk: Desk):
    payer = Payer(ObjectId())
    limit(per_user={"tokens": 9_000})
    with pytest.raises(BudgetUsedUp):
        for _ in range(30):
            ask(desk, payer)
    calls, tokens = usage(payer)
    assert calls == len(desk.server.calls) > 1
    assert 5_000 < tokens <= 9_000


@pytest.mark.parametrize(
    ("fault", "counted"),
    [("bad_key", False), ("unavailable", False), ("disconnect", True), ("not_protocol", True), ("safety", True)],
)
def test_a_failed_call_counts_what_google_may_bill_and_sets_nothing_aside(
    ground: Stack, desk: Desk, fault: str, counted: bool
):
    payer = Payer(ObjectId())
    limit(per_user={"tokens": 1_000_000})
    desk.server.fail(fault, count=None)
    with pytest.raises(ProviderFailure):
        ask(desk, payer)
    calls, tokens = usage(payer)
    assert (calls > 0, tokens > 0) == (counted, counted)
    assert report.of("user", payer.user_id, None)["left"]["tokens"] == 1_000_000 - tokens


def test_what_others_hold_is_waited_for(ground: Stack, desk: Desk):
    payer = Payer(ObjectId())
    limit(per_user={"tokens": 10_000})
    first = _Meter(payer, tasks.ASK, None, None)
    first.hold("gemini-2.5-flash", 1_000, None)
    with pytest.raises(ProviderUnavailable) as waiting:
        ask(desk, payer)
    assert waiting.value.retry_after
    assert desk.server.calls == []
