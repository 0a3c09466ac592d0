"""The token budget is checked before each call and limits what the call may put out."""

import pytest

from lms.ai.failures import BudgetExhausted
from lms.errors import Invalid
from tests.core.ai.gemini.desk import OUTLINE, PLAN, SOURCE, Desk, request


def limits(desk: Desk) -> list[int | None]:
    return [call["body"]["generationConfig"].get("maxOutputTokens") for call in desk.server.calls]


def test_a_call_that_cannot_fit_is_not_made(desk: Desk):
    with pytest.raises(BudgetExhausted, match="larger budget_tokens"):
        desk.gemini(budget=1_000).outline(request(), [])
    assert desk.server.calls == []


def test_what_is_left_limits_the_output(desk: Desk):
    gemini = desk.gemini(budget=20_000)
    gemini.outline(request(), [])
    gemini.lesson(request(), OUTLINE, PLAN, [])
    first, second = limits(desk)
    assert first is not None and second is not None
    assert 15_000 < first < 20_000
    assert second < first - desk.used[0].output_tokens
    assert desk.tokens <= 20_000


def test_without_a_budget_the_models_own_limit_holds(desk: Desk):
    desk.gemini().outline(request(), [])
    assert limits(desk) == [None]


def test_an_answer_that_the_budget_cuts_off_is_not_paid_for_again(desk: Desk):
    # Room for the least output that is tried at all, which a long outline exceeds.
    budget = desk_needs(desk) + 20
    with pytest.raises(BudgetExhausted, match="did not suffice"):
        desk.gemini(budget=budget).outline(request(lesson_count=30), [])
    assert len(desk.server.calls) == 1
    assert desk.tokens <= budget + 50


def desk_needs(desk: Desk) -> int:
    from lms.ai.gemini import prompts, provider, schema

    asked = prompts.outline(request(lesson_count=30), [])
    return asked.tokens(schema.json_schema(schema.OutlineAnswer, cited=False)) + provider._LEAST_OUTPUT


def test_asking_again_counts_against_the_budget(desk: Desk):
    desk.server.fail("malformed_json", count=None)
    with pytest.raises(BudgetExhausted):
        desk.gemini(budget=2_500).lesson(request(), OUTLINE, PLAN, [])
    assert 1 <= len(desk.server.calls) < 3
    assert desk.tokens <= 2_500


def test_check_refuses_what_could_never_work(desk: Desk):
    gemini = desk.gemini()
    gemini.check(request(), [])
    gemini.check(request(budget_tokens=50_000), [SOURCE])
    with pytest.raises(Invalid, match="no words"):
        gemini.check(request(), [SOURCE.model_copy(update={"text": " \n\t "})])
    with pytest.raises(Invalid, match="outline alone needs"):
        gemini.check(request(budget_tokens=2_000), [SOURCE])
    assert desk.server.calls == []
