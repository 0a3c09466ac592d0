"""The token budget is checked before each call and limits what the call may put out."""

import pytest

from lms.ai.failures import BudgetExhausted, ProviderFailure, ProviderUnavailable
from lms.ai.gemini import answers, outlining, prompts, teaching
from lms.ai.gemini.checks import check
from lms.ai.models import Source
from lms.errors import Invalid
from tests.core.ai.gemini.desk import OUTLINE, PLAN, SOURCE, Desk, request


def source(text: str) -> Source:
    return SOURCE.model_copy(update={"text": text})


CHINESE = source("植物通过光合作用把光能转化为化学能。叶绿体含有叶绿素。\n\n" * 40)
FIGURES = source("Yields are 1234567890, 2345678901 and 3456789012 in all.\n\n" * 40)


def limits(desk: Desk) -> list[int | None]:
    return [call["body"]["generationConfig"].get("maxOutputTokens") for call in desk.server.calls]


def needs(asked: prompts.Prompt, answer: type[answers.Answer], *, cited: bool = False) -> int:
    """The least budget with which the call is made."""
    return asked.tokens(answers.json_schema(answer, cited=cited)) + prompts.LEAST_OUTPUT


LESSON_NEEDS = needs(teaching.prompt(request(), OUTLINE, PLAN, []), teaching.LessonAnswer)


def test_a_call_that_cannot_fit_is_not_made(desk: Desk):
    with pytest.raises(BudgetExhausted, match="larger budget_tokens"):
        desk.gemini(budget=LESSON_NEEDS - 1).lesson(request(), OUTLINE, PLAN, [])
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
    asked = request(lesson_count=30)
    budget = needs(outlining.prompt(asked, []), outlining.OutlineAnswer)
    with pytest.raises(BudgetExhausted, match="did not suffice"):
        desk.gemini(budget=budget).outline(asked, [])
    assert len(desk.server.calls) == 1
    assert desk.tokens <= budget


def test_asking_again_counts_against_the_budget(desk: Desk):
    desk.server.fail("malformed_json", count=None)
    budget = 2 * LESSON_NEEDS
    with pytest.raises(BudgetExhausted):
        desk.gemini(budget=budget).lesson(request(), OUTLINE, PLAN, [])
    assert 1 <= len(desk.server.calls) < 3
    assert desk.tokens <= budget


@pytest.mark.parametrize("text", [None, SOURCE, CHINESE, FIGURES], ids=["topic", "prose", "chinese", "figures"])
@pytest.mark.parametrize("budget", range(2_000, 26_000, 3_000))
def test_a_budget_is_never_exceeded_whatever_the_text(desk: Desk, budget: int, text: Source | None):
    language = "und" if text is CHINESE else "en"
    gemini, asked = desk.gemini(budget=budget), request(lesson_count=5, language=language)
    sources = [text] if text else []
    with pytest.raises(BudgetExhausted):
        while True:
            outline = gemini.outline(asked, sources)
            for plan in outline.lessons:
                gemini.quiz(asked, plan, gemini.lesson(asked, outline, plan, sources), sources)
    assert desk.tokens <= budget


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("植物通过光合作用。" * 100, 900), ("1234567890" * 100, 1_000), ("x={a[0]:-b};" * 100, 1_000)],
    ids=["a token a character", "a token a digit", "dense code"],
)
def test_the_estimate_is_not_below_what_text_that_is_dear_takes(text: str, tokens: int):
    with_text, without = (prompts.Prompt((), parts).tokens({}) for parts in ((text,), ()))
    assert with_text - without >= tokens


def test_calls_that_hang_use_the_budget_up_too(desk: Desk):
    desk.server.fail("hang", count=None)
    budget = 2 * LESSON_NEEDS
    retries = desk.retries(longest_call=0.2)
    with pytest.raises(BudgetExhausted):
        desk.gemini(budget=budget, retries=retries).lesson(request(), OUTLINE, PLAN, [])
    assert 1 < len(desk.server.calls) < retries.attempts
    assert LESSON_NEEDS < desk.tokens <= budget


def test_each_attempt_is_held_to_what_is_left_by_then(desk: Desk):
    desk.server.fail("hang", count=2)
    desk.gemini(budget=20_000, retries=desk.retries(longest_call=0.4)).lesson(request(), OUTLINE, PLAN, [])
    first, second, third = (limit or 0 for limit in limits(desk))
    assert first - second == second - third == desk.used[0].input_tokens


def test_check_refuses_what_could_never_work():
    check(request(), [])
    check(request(budget_tokens=50_000), [SOURCE])
    with pytest.raises(Invalid, match="no words"):
        check(request(), [source(" \n\t ")])
    with pytest.raises(Invalid, match="outline alone may need"):
        check(request(budget_tokens=2_000), [SOURCE])


def test_what_check_lets_pass_pays_for_a_first_call(desk: Desk):
    least = needs(outlining.prompt(request(), []), outlining.OutlineAnswer)
    check(request(budget_tokens=least), [])
    with pytest.raises(Invalid):
        check(request(budget_tokens=least - 1), [])
    try:
        desk.gemini(budget=least).outline(request(), [])
    except ProviderFailure as failure:
        assert not isinstance(failure, ProviderUnavailable)
    assert len(desk.server.calls) == 1
