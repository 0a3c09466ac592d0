"""Budgets hold to the token under load, and every call is counted once, whatever crashes or is repeated."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from infra.local.stack import Stack
from lms import clock, mongo
from lms.spending import budgets, calls, report, repository
from lms.spending.budgets import BudgetExceeded
from lms.spending.calls import Busy, Call, Wanted
from lms.spending.models.budgets import BudgetsBody
from lms.spending.scopes import Payer

MODEL = "gemini-2.5-flash"
SMALL = Wanted(input_tokens=500, least=100, comfortable=100, most=1_000, input_usd=0.001, output_usd=0.00001)


@pytest.fixture(autouse=True)
def _unlimited(ground: Stack) -> Iterator[None]:
    yield
    clock.shift(0)
    budgets.change(ObjectId(), BudgetsBody(), None)


def payer() -> Payer:
    return Payer(ObjectId(), ObjectId())


def limit(**budget: Any) -> None:
    budgets.change(ObjectId(), BudgetsBody.model_validate(budget), None)


def begin(who: Payer, wanted: Wanted = SMALL, job_id: ObjectId | None = None) -> Call:
    return calls.begin(who, "ask", MODEL, job_id, wanted)


def used(input_tokens: int, output_tokens: int, cost_usd: float = 0.01) -> dict[str, Any]:
    return {"input_tokens": input_tokens, "output_tokens": output_tokens, "cost_usd": cost_usd}


def settle(call: Call, usage: dict[str, Any], state: str = "counted") -> Any:
    return mongo.transaction(lambda tx: calls.settle(tx, call.id, usage, state))


def tokens(who: Payer) -> int:
    return budgets.tokens(report.of("user", who.user_id, None))


def test_without_a_budget_a_call_is_not_limited_and_counted_in_all_its_scopes(ground: Stack):
    who, before = payer(), budgets.tokens(report.of("platform", None, None))
    call = begin(who)
    assert call.most_output is None
    settle(call, used(400, 300))
    assert who.course_id
    for found in (report.of("user", who.user_id, None), report.of("course", who.course_id, None)):
        assert (found["calls"], found["input_tokens"], found["output_tokens"]) == (1, 400, 300)
        assert [row["model"] for row in found["by_model"]] == [MODEL]
        assert [row["task"] for row in found["by_task"] if row.get("calls")] == ["ask"]
    assert budgets.tokens(report.of("platform", None, None)) == before + 700


@pytest.mark.parametrize("scope", ["per_user", "per_course"])
def test_twenty_at_once_never_exceed_a_budget(ground: Stack, scope: str):
    who, outcomes = payer(), list[str]()
    limit(**{scope: {"tokens": 10_000}})
    together = threading.Barrier(20)

    def ask() -> None:
        together.wait()
        try:
            call = begin(who)
            assert call.most_output is not None
            settle(call, used(500, call.most_output))
            outcomes.append("made")
        except (Busy, BudgetExceeded) as refused:
            outcomes.append(type(refused).__name__)

    workers = [threading.Thread(target=ask) for _ in range(20)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(outcomes) == 20
    assert outcomes.count("made") in (6, 7), "as many as fit: 6 whole calls and one that got what was left"
    assert tokens(who) <= 10_000


def test_what_runs_makes_others_wait_and_what_is_spent_refuses_them(ground: Stack):
    who = payer()
    limit(per_user={"tokens": 1_600})
    first = begin(who)
    with pytest.raises(Busy):
        begin(who)
    settle(first, used(500, 1_000))
    with pytest.raises(BudgetExceeded) as refused:
        begin(who)
    error = refused.value
    assert (error.status, error.code, error.extra["scope"]) == (429, "BUDGET_EXCEEDED", "user")
    assert error.extra["used"] == {"tokens": 1_500, "usd": 0.01}
    assert error.extra["budget"] == {"tokens": 1_600, "usd": None}


def test_the_platforms_budget_holds_for_everybody_together(ground: Stack):
    spent = budgets.tokens(report.of("platform", None, None))
    limit(platform={"tokens": spent + 1_500})
    settle(begin(payer()), used(500, 1_000))
    with pytest.raises(BudgetExceeded) as refused:
        begin(payer())
    assert refused.value.extra["scope"] == "platform"
    with pytest.raises(BudgetExceeded):
        budgets.require_left(payer())


def test_a_call_gets_what_is_left(ground: Stack):
    who = payer()
    limit(per_user={"tokens": 700})
    assert begin(who).most_output == 200


def test_scraps_are_not_taken_while_others_may_give_some_back(ground: Stack):
    who = payer()
    wanted = SMALL._replace(comfortable=800)
    limit(per_user={"tokens": 2_500})
    first = begin(who, wanted)
    with pytest.raises(Busy):
        begin(who, wanted)
    settle(first, used(500, 900))
    assert begin(who, wanted).most_output == 600


def test_dollars_limit_the_output_as_well(ground: Stack):
    who = payer()
    limit(per_user={"usd": 0.625})
    wanted = SMALL._replace(input_usd=0.125, output_usd=1 / 1_024)
    assert begin(who, wanted).most_output == 512
    with pytest.raises(Busy):
        begin(who, wanted)


def test_a_refusal_by_one_budget_leaves_nothing_set_aside_in_the_others(ground: Stack):
    who = payer()
    limit(per_user={"tokens": 100_000}, per_course={"tokens": 10})
    with pytest.raises(BudgetExceeded):
        begin(who)
    assert report.of("user", who.user_id, None)["left"] == {"tokens": 100_000, "usd": None}


def test_a_call_that_is_settled_twice_counts_once(ground: Stack):
    who = payer()
    call = begin(who)
    settle(call, used(400, 100))
    assert settle(call, used(400, 100)) is None
    assert tokens(who) == 500


def test_a_call_whose_worker_died_counts_its_input_and_the_truth_when_it_comes_after_all(ground: Stack):
    who, jobs = payer(), list[tuple[ObjectId, int]]()
    limit(per_user={"tokens": 1_600})
    job_id = ObjectId()
    call = begin(who, job_id=job_id)
    clock.shift(240)
    calls.presume_lost(lambda tx, job, more: jobs.append((job, more["input_tokens"])), limit=1_000)
    assert (job_id, 500) in jobs
    assert tokens(who) == 500
    assert begin(who).most_output == 600, "what it had set aside is free again"
    calls.presume_lost(lambda tx, job, more: jobs.append((job, 0)), limit=1_000)
    assert [job for job, _ in jobs].count(job_id) == 1
    settle(call, used(450, 200))
    assert tokens(who) == 650


def test_what_was_set_aside_ends_with_its_worker_even_where_nobody_sweeps(ground: Stack):
    who = payer()
    limit(per_user={"tokens": 1_500})
    begin(who)
    clock.shift(240)
    assert begin(who).most_output == 1_000


def test_a_budget_begins_anew_with_the_month(ground: Stack):
    who = payer()
    limit(per_user={"tokens": 1_500})
    call = begin(who)
    now = clock.now()
    next_month = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=1)
    with pytest.raises(Busy):
        begin(who)
    clock.shift((next_month - datetime.now(UTC)).total_seconds())
    settle(call, used(500, 1_000))
    assert tokens(who) == 0, "it counts in the month in which it began"
    assert report.of("user", who.user_id, now.strftime("%Y-%m"))["output_tokens"] == 1_000
    assert begin(who).most_output == 1_000


def test_a_person_may_have_a_budget_of_their_own(ground: Stack):
    rich, poor = payer(), payer()
    limit(per_user={"tokens": 600}, users={str(rich.user_id): {"tokens": None, "usd": None}})
    assert begin(rich).most_output is None
    assert begin(poor).most_output == 100


def test_before_a_job_only_what_is_used_up_refuses(ground: Stack):
    who = payer()
    limit(per_course={"tokens": 700})
    budgets.require_left(who)
    call = begin(who)
    budgets.require_left(who)
    settle(call, used(500, 200))
    with pytest.raises(BudgetExceeded) as refused:
        budgets.require_left(who)
    assert refused.value.extra["scope"] == "course"
    budgets.require_left(Payer(who.user_id))


def test_lost_calls_are_found_by_an_index(ground: Stack):
    from tests.mongo_commands import recorded

    begin(payer())
    with recorded() as log:
        repository.lost_calls(clock.now(), 10)
    assert log[0].indexes == {"until_1"}
