"""How right each response is, kind by kind, and what holds for all of them."""

from random import Random

import pytest

from lms.attempts.arrangement import order
from lms.attempts.presentation import key, presented
from lms.attempts.responses import checked
from lms.attempts.scoring import OTHER, UNANSWERED, score, verdict
from lms.quizzes.contents import Question
from lms.quizzes.texts import rendered, texts
from tests.questions import EACH_KIND, any_question, any_value, option, question


def numeric(value: float, **rest: object) -> Question:
    return question("numeric", answers=[{"value": value, **rest}])


def short(*answers: str | tuple[str, float], **rest: object) -> Question:
    rows = [each if isinstance(each, tuple) else (each, 1.0) for each in answers]
    return question("short_text", answers=[{"text": text, "weight": weight} for text, weight in rows], **rest)


def ordering(texts: str, grading: str) -> Question:
    return question("ordering", grading=grading, items=[{"id": f"i{n}", "text": t} for n, t in enumerate(texts)])


SUM = question("multiple", options=[option("a", 1 / 3), option("b", 1 / 3), option("c", 1 / 3), option("d", -0.5)])
ROUGH = question("multiple", options=[option("a", 0.33), option("b", 0.33), option("c", 0.33), option("d", 0)])
STRICT = question("multiple", all_or_nothing=True, options=[option("a", 0.5), option("b", 0.5), option("c", -0.5)])
UNITS = question(
    "numeric",
    answers=[{"value": 1500, "tolerance": 1}],
    units=[{"name": "m", "multiplier": 1}, {"name": "km", "multiplier": 1000}],
)
BEST = question(
    "numeric",
    answers=[
        {"value": 3, "tolerance": 1, "weight": 0.5},
        {"value": 3.14, "tolerance": 0.01},
        {"value": 3, "weight": 0},
    ],
)


@pytest.mark.parametrize(
    ("asked", "response", "fraction"),
    [
        (EACH_KIND["single"], "right-a", 1),
        (EACH_KIND["single"], "b", 0.5),
        (EACH_KIND["single"], "c", 0),
        (question("single", options=[option("a", 1), option("b", -1)]), "b", 0),
        (SUM, ["a", "b", "c"], 1),
        (SUM, ["a"], 1 / 3),
        (SUM, ["a", "b", "d"], 1 / 6),
        (SUM, ["a", "d"], 0),
        (SUM, ["a", "b", "c", "d"], 0.5),
        (SUM, [], 0),
        (ROUGH, ["a", "b", "c"], 1),
        (ROUGH, ["a", "b"], 2 / 3),
        (STRICT, ["a", "b"], 1),
        (STRICT, ["a"], 0),
        (STRICT, ["a", "b", "c"], 0),
        (EACH_KIND["true_false"], True, 1),
        (EACH_KIND["true_false"], False, 0),
        (numeric(0.3, tolerance=0.1), 0.4, 1),
        (numeric(0.3, tolerance=0.1), "0,2", 1),
        (numeric(0.3, tolerance=0.1), 0.4000001, 0),
        (numeric(0.3, tolerance=0.1), 0.1999999, 0),
        (numeric(200, tolerance=0.05, relative=True), 210, 1),
        (numeric(200, tolerance=0.05, relative=True), 190, 1),
        (numeric(200, tolerance=0.05, relative=True), 210.001, 0),
        (numeric(-200, tolerance=0.05, relative=True), -190, 1),
        (numeric(200, tolerance=5), 210, 0),
        (numeric(6.626e-34), "6,626e-34", 1),
        (numeric(6.626e-34), 0, 0),
        (numeric(6.626e-34), 6.627e-34, 0),
        (numeric(1e15), 1e15 + 1, 1),
        (numeric(1e15), 1e15 + 100, 0),
        (numeric(0), 0, 1),
        (numeric(0), 1e-300, 0),
        (numeric(5), "five", 0),
        (numeric(5), "5 kg", 0),
        (UNITS, "1500", 1),
        (UNITS, "1,5 km", 1),
        (UNITS, "1.501km", 1),
        (UNITS, "1.5 m", 0),
        (UNITS, "1500 cm", 0),
        (BEST, 3.14, 1),
        (BEST, 3.2, 0.5),
        (BEST, 3, 0.5),
        (BEST, 9, 0),
        (short("Paris", ("Pari*", 0.5)), "  PARIS ", 1),
        (short("Paris", ("Pari*", 0.5)), "Pariss", 0.5),
        (short(("Pari*", 0.5), "Paris"), "paris", 1),
        (short("Paris"), "Lyon", 0),
        (short("pH", case_sensitive=True), "ph", 0),
        (short("*"), "   ", 0),
        (EACH_KIND["matching"], {"SECRET-lyon": "one", "q": "two", "r": "one"}, 1),
        (EACH_KIND["matching"], {"SECRET-lyon": "one", "q": "one"}, 1 / 3),
        (EACH_KIND["matching"], {"q": "three"}, 0),
        (ordering("abcd", "exact"), ["i0", "i1", "i2", "i3"], 1),
        (ordering("abcd", "exact"), ["i0", "i1", "i3", "i2"], 0),
        (ordering("abcd", "positions"), ["i0", "i1", "i3", "i2"], 0.5),
        (ordering("abcd", "positions"), ["i3", "i0", "i1", "i2"], 0),
        (ordering("abcd", "neighbours"), ["i3", "i0", "i1", "i2"], 2 / 3),
        (ordering("abcd", "neighbours"), ["i3", "i2", "i1", "i0"], 0),
        (ordering("aab", "exact"), ["i1", "i0", "i2"], 1),
        (ordering("aab", "positions"), ["i1", "i0", "i2"], 1),
        (ordering("aab", "neighbours"), ["i1", "i2", "i0"], 0.5),
        (EACH_KIND["cloze"], {"SECRET-gap": "secret", "n": "9876", "c": "SECRET-y"}, 1),
        (EACH_KIND["cloze"], {"n": 9876}, 0.5),
        (EACH_KIND["cloze"], {"c": "SECRET-y"}, 0.25),
        (EACH_KIND["cloze"], {"SECRET-gap": "x", "n": "x", "c": "x"}, 0),
        (EACH_KIND["essay"], "words", None),
        (EACH_KIND["essay"], " \n ", 0),
        *((asked, None, 0) for asked in EACH_KIND.values()),
    ],
)
def test_fraction(asked, response, fraction):
    found = score(asked, response).fraction
    assert found == (None if fraction is None else pytest.approx(fraction, abs=1e-12))


@pytest.mark.parametrize(
    ("kind", "response", "chosen", "feedback"),
    [
        ("single", "right-a", ["options/right-a"], ["options/right-a/feedback", "feedback/correct"]),
        ("single", "b", ["options/b"], ["options/b/feedback", "feedback/partly"]),
        ("single", "c", ["options/c"], ["feedback/incorrect"]),
        ("single", "gone", [OTHER], ["feedback/incorrect"]),
        ("single", None, [UNANSWERED], ["feedback/incorrect"]),
        ("multiple", ["b", "c"], ["options/b", "options/c"], ["options/b/feedback", "feedback/incorrect"]),
        ("true_false", False, ["false"], ["false/feedback", "feedback/incorrect"]),
        ("numeric", "9868", ["answers/1"], ["answers/1/feedback", "feedback/partly"]),
        ("numeric", "x", [OTHER], ["feedback/incorrect"]),
        ("short_text", "secrets", ["answers/0"], ["answers/0/feedback", "feedback/correct"]),
        ("matching", {"q": "two"}, [], ["feedback/partly"]),
        (
            "cloze",
            {"SECRET-gap": "Secret", "c": "x"},
            ["gaps/SECRET-gap/answers/0", "gaps/n/unanswered", "gaps/c/options/x"],
            ["gaps/SECRET-gap/answers/0/feedback", "feedback/partly"],
        ),
        ("essay", "words", [], []),
    ],
)
def test_what_was_met_and_which_feedback_applies(kind, response, chosen, feedback):
    result = score(EACH_KIND[kind], response)
    assert result.chosen == tuple(chosen)
    assert result.feedback == (*feedback, "feedback/general")


def test_parts_are_by_pair_and_by_gap():
    assert score(EACH_KIND["matching"], {"q": "two"}).parts == {"SECRET-lyon": 0, "q": 1, "r": 0}
    assert score(EACH_KIND["cloze"], {"n": 9876}).parts == {"SECRET-gap": 0, "n": 1, "c": 0}


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [(1, "right"), (0.9999999, "right"), (0.999, "partly"), (0.001, "partly"), (1e-7, "wrong"), (0, "wrong")],
)
def test_verdict(fraction, expected):
    assert verdict(fraction) == expected


def test_the_key_is_wholly_right():
    rng = Random(1)
    for _ in range(1_000):
        asked = any_question(rng)
        if asked.content.kind != "essay":
            result = score(asked, key(asked.content))
            assert result.fraction == pytest.approx(1), asked
            assert result.verdict == "right"


def test_any_answer_earns_between_nothing_and_all_and_parts_add_up():
    rng, seen = Random(2), set()
    for _ in range(1_000):
        asked = any_question(rng)
        content = asked.content
        places = order(content, rng)
        value = any_value(presented(asked, rendered(asked), places), rng)
        result = score(asked, checked(content, places, value))
        if result.fraction is None:
            assert content.kind == "essay"
            continue
        assert 0 <= result.fraction <= 1
        assert set(result.feedback) <= texts(asked).keys()
        if content.kind == "cloze" and result.parts:
            shares = {gap.id: gap.share for gap in content.gaps}
            mean = sum(result.parts[id] * share for id, share in shares.items()) / sum(shares.values())
            assert result.fraction == pytest.approx(mean)
        if content.kind == "matching" and result.parts:
            assert result.fraction == pytest.approx(sum(result.parts.values()) / len(content.pairs))
        seen.add((content.kind, result.verdict))
    assert {kind for kind, _ in seen} >= EACH_KIND.keys() - {"essay"}
    assert {verdict for _, verdict in seen} == {"right", "partly", "wrong"}


def test_a_response_to_another_version_is_scored_by_what_this_one_knows():
    assert score(EACH_KIND["multiple"], ["right-a", "gone"]).fraction == 0.5
    assert score(STRICT, ["a", "b", "gone"]).fraction == 0
    assert score(EACH_KIND["matching"], {"gone": "one", "q": "two"}).fraction == pytest.approx(1 / 3)
    assert score(ordering("abc", "positions"), ["i0", "gone", "i2", "i1"]).fraction == pytest.approx(2 / 3)
    assert score(ordering("abc", "neighbours"), ["gone", "gone2"]).fraction == 0
    assert score(EACH_KIND["cloze"], {"gone": "x", "c": "gone"}).fraction == 0
    assert score(EACH_KIND["true_false"], "right-a").fraction == 0


def test_a_corrected_matching_key_is_by_what_the_learner_read():
    swapped = question(
        "matching",
        pairs=[{"id": "a", "prompt": "1", "answer": "two"}, {"id": "b", "prompt": "2", "answer": "one"}],
    )
    assert score(swapped, {"a": "two", "b": "one"}).fraction == 1
