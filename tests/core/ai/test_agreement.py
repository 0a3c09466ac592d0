import pytest
from bson import ObjectId

from lms.ai.agreement import Agreement, Decision, Terms, agreement, decide, sampled
from lms.ai.grading_task import Grading, given
from tests.core.ai.assessed import criterion

CRITERIA = [criterion("a", ranged=True), criterion("b", ranged=True)]
TERMS = Terms("auto", 0.8, 40, 95, sample_share=0.0, margin_percent=20)


def grading(*points: float | None, confidence: float = 0.9) -> Grading:
    grades = [given(each, 0, None, "", confidence) for each in CRITERIA]
    return Grading(
        grades=[each.model_copy(update={"points": given}) for each, given in zip(grades, points, strict=True)]
    )


def agreed(model: Grading, independent: Grading) -> Agreement:
    return agreement(model, independent, CRITERIA)


@pytest.mark.parametrize(
    ("model", "independent", "differs"),
    [
        (grading(8, 6), grading(8, 6), False),
        (grading(8, 6), grading(6, 8), False),
        (grading(8, 6), grading(5.9999, 6), True),
        # The sums are the same.
        (grading(9, 3), grading(3, 9), True),
        (grading(9, 3), grading(None, 3), False),
        (grading(0.3, 1), grading(0.1, 1), False),
    ],
)
def test_graders_differ_where_any_criterion_is_apart_by_more_than_the_margin(
    model: Grading, independent: Grading, differs: bool
):
    assert agreed(model, independent).differs(20) is differs
    assert agreed(independent, model).differs(20) is differs


def test_a_margin_is_no_binary_fraction():
    assert not agreed(grading(0.3, 1), grading(0.1, 1)).differs(2)
    assert agreed(grading(0.3, 1), grading(0.1, 1)).differs(1.9999)


@pytest.mark.parametrize(
    ("why", "applies", "asks", "change"),
    [
        ("applied", True, False, {}),
        ("off", False, False, {"mode": "off"}),
        ("suggested", False, True, {"mode": "suggest"}),
        ("incomplete", False, True, {"least_confidence": None}),
        ("incomplete", False, True, {"lowest_percent": None}),
        ("incomplete", False, True, {"highest_percent": None}),
        ("differs", False, True, {"margin_percent": 9.99}),
        ("applied", True, False, {"margin_percent": 10}),
        ("unsure", False, True, {"least_confidence": 0.91}),
        ("applied", True, False, {"least_confidence": 0.9}),
        ("too_low", False, True, {"lowest_percent": 70.01}),
        ("applied", True, False, {"lowest_percent": 70}),
        ("too_high", False, True, {"highest_percent": 69.99}),
        ("applied", True, False, {"highest_percent": 70}),
        ("sampled", False, True, {"sample_share": 1.0}),
        ("differs", False, True, {"margin_percent": 9.99, "sample_share": 1.0}),
    ],
)
def test_what_a_grade_that_both_give_nearly_alike_becomes(why: str, applies: bool, asks: bool, change: dict):
    model = grading(8, 6)
    terms = TERMS._replace(**change)
    decision = decide(terms, model, agreed(model, grading(8, 7)), worth=20, submission_id="s")
    assert decision == Decision(applies, asks, why)


def test_what_is_missing_or_speaks_to_a_machine_waits_for_a_person():
    model = grading(8, 6)
    same = agreed(model, model)
    half = grading(8, None)
    told = {"worth": 20, "submission_id": "s"}
    assert decide(TERMS, half, agreed(half, model), **told).why == "incomplete"
    assert decide(TERMS, Grading(grades=[]), same, **told).why == "incomplete"
    assert decide(TERMS, model, agreed(model, half), **told).why == "not_compared"
    assert decide(TERMS, model, same, to_a_machine=True, **told).why == "speaks_to_a_machine"
    assert decide(TERMS, model, same, unread=True, **told).why == "not_read"


def test_a_work_is_graded_as_surely_as_its_least_sure_criterion():
    sure, unsure = grading(8, 6).grades[0], grading(8, 6, confidence=0.2).grades[1]
    for grades in ([sure, unsure], [unsure, sure]):
        assert Grading(grades=grades).confidence == 0.2
    assert Grading(grades=[]).confidence == 0


def test_a_sample_is_the_same_at_every_call_and_as_large_as_its_share():
    drawn = [str(ObjectId(f"{n:024x}")) for n in range(4_000)]
    for share in (0.0, 0.1, 0.5, 1.0):
        taken = [each for each in drawn if sampled(each, share)]
        assert taken == [each for each in drawn if sampled(each, share)]
        assert len(taken) / len(drawn) == pytest.approx(share, abs=0.02)
    assert {each for each in drawn if sampled(each, 0.1)} < {each for each in drawn if sampled(each, 0.5)}
