"""Before release a learner's view tells nothing of the key; after it, all of it."""

import json
from collections import Counter
from random import Random
from typing import Any

import pytest

from lms.attempts import presentation
from lms.attempts.arrangement import order
from lms.attempts.models.question import PresentedQuestion, ReviewedQuestion
from lms.attempts.responses import checked
from lms.attempts.scoring import score
from lms.quizzes.contents import Question
from lms.quizzes.texts import rendered
from tests.questions import EACH_KIND, any_question, any_value, question


def presented(*given: Any) -> dict[str, Any]:
    return PresentedQuestion.model_validate(presentation.presented(*given)).model_dump()


def reviewed(*given: Any) -> ReviewedQuestion:
    return ReviewedQuestion.model_validate(presentation.reviewed(*given))


def view(asked: Question, rng: Random) -> dict[str, Any]:
    return presented(asked, rendered(asked), order(asked.content, rng))


@pytest.mark.parametrize("kind", EACH_KIND)
def test_no_key_weight_feedback_note_or_authors_id_is_shown(kind):
    """What the questions keep secret says so."""
    text = json.dumps(view(EACH_KIND[kind], Random(1)))
    assert "SECRET" not in text
    assert "9876" not in text
    assert "right" not in text
    assert "weight" not in text and "feedback" not in text and "notes" not in text


@pytest.mark.parametrize("kind", EACH_KIND)
def test_what_is_shown_before_release_has_these_fields_alone(kind):
    shown = view(EACH_KIND[kind], Random(1))
    filled = {name for name, value in shown.items() if value}
    assert filled == {"kind", "html"} | {
        "single": {"options"},
        "multiple": {"options"},
        "matching": {"prompts", "answers"},
        "ordering": {"items"},
        "cloze": {"gaps"},
        "essay": {"template", "least_words", "most_words"},
    }.get(kind, set())


def test_shown_ids_are_places():
    for kind, name in [
        ("single", "options"),
        ("multiple", "options"),
        ("matching", "answers"),
        ("ordering", "items"),
    ]:
        rows = view(EACH_KIND[kind], Random(2))[name]
        assert [row["id"] for row in rows] == [str(place) for place in range(1, len(rows) + 1)]
    shown = view(EACH_KIND["cloze"], Random(2))
    assert shown["html"] == "<p>A {{1}}, {{2}} and {{3}}.</p>\n"
    assert [(gap["id"], gap["kind"]) for gap in shown["gaps"]] == [
        ("1", "short_text"),
        ("2", "numeric"),
        ("3", "single"),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_who_answers_by_what_they_read_is_right(seed):
    """An id stands beside the text that it means, in whatever order."""

    def read(kind: str, name: str, field: str) -> dict[str, str]:
        rows = shown[kind][name]
        return {row[field].removeprefix("<p>").removesuffix("</p>\n"): row["id"] for row in rows}

    orders = {kind: order(asked.content, Random(seed)) for kind, asked in EACH_KIND.items()}
    shown = {kind: presented(q, rendered(q), orders[kind]) for kind, q in EACH_KIND.items()}
    single, multiple = read("single", "options", "html"), read("multiple", "options", "html")
    items, prompts = read("ordering", "items", "html"), read("matching", "prompts", "html")
    answers = read("matching", "answers", "text")
    shown["gap"] = shown["cloze"]["gaps"][2]
    values = {
        "single": single["text of a"],
        "multiple": [multiple["text of b"], multiple["text of a"]],
        "ordering": [items[f"step {letter}"] for letter in "lima"],
        "matching": {
            prompts["first"]: answers["one"],
            prompts["second"]: answers["two"],
            prompts["also first"]: answers["one"],
        },
        "cloze": {"1": "secret", "2": "9876", "3": read("gap", "options", "html")["text of y"]},
    }
    for kind, value in values.items():
        asked = EACH_KIND[kind]
        assert score(asked, checked(asked.content, orders[kind], value)).fraction == 1, kind


def test_matching_answers_stand_once_and_do_not_say_which_is_a_distractor():
    rows = view(EACH_KIND["matching"], Random(3))["answers"]
    assert sorted(row["text"] for row in rows) == ["one", "three", "two"]
    assert all(row.keys() == {"id", "text"} for row in rows)


def test_braces_in_other_prompts_stay():
    asked = question("true_false", "a {{template}}", answer=True)
    assert view(asked, Random(1))["html"] == "<p>a {{template}}</p>\n"


def test_every_order_comes_and_the_authors_only_without_shuffle():
    rng = Random(4)
    content = EACH_KIND["single"].content
    seen = Counter(tuple(order(content, rng)["places"]) for _ in range(6_000))
    assert len(seen) == 6
    assert min(seen.values()) > 800
    assert order(content, rng, shuffle=False) == {"places": [0, 1, 2]}
    assert order(EACH_KIND["cloze"].content, rng, shuffle=False) == {"gaps": {"c": [0, 1, 2]}}


def test_a_matching_is_mixed_even_without_shuffle():
    rng = Random(4)
    seen = {tuple(order(EACH_KIND["matching"].content, rng, shuffle=False)["places"]) for _ in range(200)}
    assert len(seen) == 6


def test_items_never_stand_in_the_right_order_where_there_is_another():
    rng = Random(6)
    for texts in ("ab", "aab", "abc", "abab"):
        content = question("ordering", items=[{"text": text} for text in texts]).content
        shown = {"".join(texts[index] for index in order(content, rng)["places"]) for _ in range(300)}
        assert texts not in shown
        assert len(shown) > 1 or texts == "ab"
    alike = question("ordering", items=[{"text": "a"}, {"text": "a"}]).content
    assert sorted(order(alike, rng)["places"]) == [0, 1]


def test_the_same_seed_gives_the_same_order():
    for asked in EACH_KIND.values():
        assert order(asked.content, Random(9)) == order(asked.content, Random(9))


@pytest.mark.parametrize(
    ("kind", "places", "value", "key", "feedback"),
    [
        ("single", {"places": [2, 0, 1]}, "3", "2", [("3", "SECRET half"), (None, "half")]),
        ("multiple", {"places": [3, 2, 1, 0]}, ["3"], ["4", "3"], [("3", "SECRET b"), (None, "half")]),
        ("true_false", {}, False, True, [(None, "SECRET no"), (None, "not so")]),
        ("numeric", {}, "9 870", 9876.5, [(None, "SECRET near"), (None, "half")]),
        ("short_text", {}, "secret!", "SECRET…", [(None, "SECRET"), (None, "well done")]),
        ("matching", {"places": [2, 1, 0]}, {"2": "2"}, {"1": "3", "2": "2", "3": "3"}, [(None, "half")]),
        ("ordering", {"places": [1, 0, 3, 2]}, ["2", "1", "3", "4"], ["2", "1", "4", "3"], [(None, "half")]),
        (
            "cloze",
            {"gaps": {"c": [1, 2, 0]}},
            {"1": "secret", "3": "1"},
            {"1": "SECRET", "2": 9876.5, "3": "1"},
            [("1", "SECRET"), ("3", "SECRET"), (None, "half")],
        ),
        ("essay", {}, "words", None, []),
    ],
)
def test_after_release_the_key_and_the_feedback_are_shown(kind, places, value, key, feedback):
    asked = EACH_KIND[kind]
    html = rendered(asked)
    response = checked(asked.content, places, value)
    shown = reviewed(asked, html, places, response, score(asked, response))
    assert shown.response == value
    assert shown.key == key
    assert [(row.id, row.html) for row in shown.feedback] == [
        (id, f"<p>{text}</p>\n") for id, text in [*feedback, (None, "always")]
    ]
    before = presented(asked, html, places)
    assert before.items() <= shown.model_dump().items()


def test_parts_are_told_by_shown_id():
    asked = EACH_KIND["cloze"]
    response = {"n": "9876"}
    shown = reviewed(asked, rendered(asked), order(asked.content, Random(1)), response, score(asked, response))
    assert shown.parts == {"1": 0, "2": 1, "3": 0}
    assert (shown.fraction, shown.verdict) == (0.5, "partly")


def test_the_shown_key_sent_as_an_answer_is_wholly_right():
    rng = Random(7)
    for _ in range(500):
        asked = any_question(rng)
        html, places = rendered(asked), order(asked.content, rng)
        value = any_value(presented(asked, html, places), rng)
        response = checked(asked.content, places, value)
        shown = json.loads(reviewed(asked, html, places, response, score(asked, response)).model_dump_json())
        if asked.content.kind != "essay":
            again = score(asked, checked(asked.content, places, shown["key"]))
            assert again.verdict == "right", (asked, shown)
