"""What a learner may give to each kind of question, and what is refused where."""

from random import Random

import pytest

from lms.attempts.arrangement import Order, order
from lms.attempts.presentation import presented
from lms.attempts.responses import answered, checked, shown
from lms.errors import Invalid
from lms.quizzes.texts import rendered
from tests.questions import EACH_KIND, any_question, any_value

ORDERS: dict[str, Order] = {
    "single": {"places": [2, 0, 1]},
    "multiple": {"places": [3, 2, 1, 0]},
    "matching": {"places": [2, 1, 0]},
    "ordering": {"places": [1, 0, 3, 2]},
    "cloze": {"gaps": {"c": [1, 2, 0]}},
}


def check(kind: str, value: object) -> object:
    return checked(EACH_KIND[kind].content, ORDERS.get(kind, {}), value, "/answers/q")


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("single", "1", "c"),
        ("single", "2", "right-a"),
        ("multiple", ["4", "2"], ["right-a", "c"]),
        ("multiple", [], []),
        ("true_false", False, False),
        ("numeric", " 9 876,5 SECRETm ", " 9 876,5 SECRETm "),
        ("numeric", "-", "-"),
        ("numeric", 12, 12),
        ("numeric", 12.5, 12.5),
        ("short_text", "an answer", "an answer"),
        ("matching", {"1": "3", "2": "1"}, {"SECRET-lyon": "one", "q": "three"}),
        ("matching", {"1": None, "3": "2"}, {"r": "two"}),
        ("matching", {}, {}),
        ("ordering", ["1", "2", "3", "4"], ["SECRET1", "SECRET0", "SECRET3", "SECRET2"]),
        ("cloze", {"1": "word", "2": "3,5", "3": "1"}, {"SECRET-gap": "word", "n": "3,5", "c": "SECRET-y"}),
        ("cloze", {"2": 3.5}, {"n": 3.5}),
        ("essay", "x" * 100_000, "x" * 100_000),
        *((kind, None, None) for kind in EACH_KIND),
    ],
)
def test_what_is_taken_is_kept_in_the_contents_own_ids(kind, value, kept):
    assert check(kind, value) == kept


@pytest.mark.parametrize(
    ("kind", "value", "pointer"),
    [
        ("single", "right-a", ""),
        ("single", "0", ""),
        ("single", "4", ""),
        ("single", "01", ""),
        ("single", 1, ""),
        ("single", ["1"], ""),
        ("multiple", "1", ""),
        ("multiple", ["1", "1"], ""),
        ("multiple", ["1", 2], "/1"),
        ("multiple", ["1", "9"], "/1"),
        ("multiple", ["1", None], "/1"),
        ("multiple", ["1"] * 5, ""),
        ("multiple", {"1": True}, ""),
        ("true_false", 1, ""),
        ("true_false", "true", ""),
        ("numeric", True, ""),
        ("numeric", float("nan"), ""),
        ("numeric", float("inf"), ""),
        ("numeric", 2**63, ""),
        ("numeric", -(10**4000), ""),
        ("numeric", "1" * 101, ""),
        ("numeric", ["1"], ""),
        ("short_text", 1, ""),
        ("short_text", "x" * 1001, ""),
        ("matching", ["1"], ""),
        ("matching", {"4": "1"}, "/4"),
        ("matching", {"q": "1"}, "/q"),
        ("matching", {"1": "4"}, "/1"),
        ("matching", {"1": 1}, "/1"),
        ("matching", {"a~/b": "1"}, "/a~0~1b"),
        ("ordering", ["1", "2", "3"], ""),
        ("ordering", ["1", "2", "3", "3"], ""),
        ("ordering", ["1", "2", "3", "4", "1"], ""),
        ("cloze", {"3": "4"}, "/3"),
        ("cloze", {"2": True}, "/2"),
        ("cloze", {"1": 5}, "/1"),
        ("cloze", {"4": "x"}, "/4"),
        ("cloze", {"1": "x" * 1001}, "/1"),
        ("essay", "x" * 100_001, ""),
        ("essay", ["x"], ""),
    ],
)
def test_what_is_refused_says_where(kind, value, pointer):
    with pytest.raises(Invalid) as refused:
        check(kind, value)
    (row,) = refused.value.errors
    assert row["pointer"] == f"/answers/q{pointer}"
    assert len(row["message"]) < 100


NESTED: object = "1"
for _ in range(900):
    NESTED = [NESTED]
HOSTILE = [
    {"$ne": None},
    {"$gt": ""},
    {"$where": "1"},
    [{"$ne": None}],
    [[]],
    [None],
    [{}],
    NESTED,
    {"1": {"$ne": 1}},
]


@pytest.mark.parametrize("kind", EACH_KIND)
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_operators_and_nesting_are_refused_by_every_kind(kind, value):
    with pytest.raises(Invalid):
        check(kind, value)


def test_a_long_name_is_not_sent_back():
    with pytest.raises(Invalid) as refused:
        check("cloze", {"x" * 1_000_000: "1"})
    assert len(str(refused.value.errors)) < 200


def test_a_response_goes_out_as_it_came_in():
    rng = Random(5)
    for _ in range(500):
        question = any_question(rng)
        places = order(question.content, rng)
        view = presented(question, rendered(question), places)
        value = any_value(view, rng)
        kept = checked(question.content, places, value)
        back = shown(question.content, places, kept)
        assert (sorted(back) if question.content.kind == "multiple" else back) == (
            sorted(value) if question.content.kind == "multiple" else value
        )
        assert checked(question.content, places, back) == kept


def test_what_another_version_offered_is_left_out_on_the_way_out():
    assert shown(EACH_KIND["single"].content, ORDERS["single"], "gone") is None
    assert shown(EACH_KIND["multiple"].content, ORDERS["multiple"], ["gone", "d"]) == ["1"]
    assert shown(EACH_KIND["matching"].content, ORDERS["matching"], {"q": "gone", "gone": "one"}) == {}
    assert shown(EACH_KIND["cloze"].content, ORDERS["cloze"], {"c": "gone", "n": "1"}) == {"2": "1"}


@pytest.mark.parametrize("response", [None, "", " \n", [], {}])
def test_blank_is_no_answer(response):
    assert not answered(response)


@pytest.mark.parametrize("response", [0, False, 0.0, "0", ["a"], {"a": "b"}])
def test_nought_and_no_are_answers(response):
    assert answered(response)
