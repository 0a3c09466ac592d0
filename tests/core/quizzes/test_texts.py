"""Each text of a question becomes HTML once; what markup would do to a gap is refused."""

import pytest

from lms.errors import Invalid
from lms.quizzes.contents import Question
from lms.quizzes.texts import rendered, texts

CLOZE = {
    "prompt": "*Water* boils at {{heat}} degrees, and {{what}} at 0.",
    "content": {
        "kind": "cloze",
        "gaps": [
            {"id": "heat", "kind": "numeric", "answers": [{"value": 100, "feedback": "at sea level"}]},
            {
                "id": "what",
                "kind": "single",
                "options": [{"id": "a", "text": "freezes", "weight": 1}, {"id": "b", "text": "melts"}],
            },
        ],
    },
}


def test_every_text_has_its_path_and_an_empty_one_none():
    question = Question.model_validate(CLOZE | {"hints": ["look it up"], "feedback": {"correct": "**yes**"}})
    assert texts(question) == {
        "prompt": CLOZE["prompt"],
        "gaps/heat/answers/0/feedback": "at sea level",
        "gaps/what/options/a/text": "freezes",
        "gaps/what/options/b/text": "melts",
        "feedback/correct": "**yes**",
        "hints/0": "look it up",
    }
    html = rendered(question)
    assert html.keys() == texts(question).keys()
    assert html["feedback/correct"] == "<p><strong>yes</strong></p>\n"
    assert "{{heat}}" in html["prompt"] and "<em>Water</em>" in html["prompt"]


@pytest.mark.parametrize(
    ("content", "paths"),
    [
        ({"kind": "true_false", "answer": True, "feedback_false": "no"}, {"false/feedback"}),
        (
            {"kind": "short_text", "answers": [{"text": "a"}, {"text": "b", "weight": 0, "feedback": "near"}]},
            {"answers/1/feedback"},
        ),
        (
            {
                "kind": "matching",
                "pairs": [{"id": "p", "prompt": "1", "answer": "I"}, {"id": "q", "prompt": "2", "answer": "II"}],
            },
            {"pairs/p/prompt", "pairs/q/prompt"},
        ),
        (
            {"kind": "ordering", "items": [{"id": "x", "text": "1"}, {"id": "y", "text": "2"}]},
            {"items/x/text", "items/y/text"},
        ),
        ({"kind": "essay", "notes": "mind the sources", "template": "Dear …"}, {"notes"}),
    ],
)
def test_paths_of_the_other_kinds(content, paths):
    question = Question.model_validate({"prompt": "?", "content": content})
    assert texts(question).keys() == {"prompt", *paths}


@pytest.mark.parametrize(
    ("id", "prompt"),
    [
        ("_a_", "one {{_a_}} more"),
        ("a", '<img alt="{{a}}">'),
        ("a", "[a link](https://example.org/{{a}})"),
        ("a", "<script>{{a}}</script>"),
        ("a", "<!-- {{a}} -->"),
    ],
)
def test_a_gap_that_markup_swallows_is_refused(id, prompt):
    gap = {"id": id, "kind": "short_text", "answers": [{"text": "x"}]}
    question = Question.model_validate({"prompt": prompt, "content": {"kind": "cloze", "gaps": [gap]}})
    with pytest.raises(Invalid) as refused:
        rendered(question)
    assert refused.value.errors[0]["pointer"] == "/prompt"


def test_gaps_may_stand_in_tables_lists_and_code():
    gaps = [{"id": id, "kind": "short_text", "answers": [{"text": "x"}]} for id in "abc"]
    prompt = "|x|\n|-|\n|{{a}}|\n\n- {{b}}\n\n`{{c}}`"
    question = Question.model_validate({"prompt": prompt, "content": {"kind": "cloze", "gaps": gaps}})
    assert "<code>{{c}}</code>" in rendered(question)["prompt"]


def test_html_that_grows_too_large_is_refused():
    options = [{"text": "&" * 20_000, "weight": 1.0}] * 30
    question = Question.model_validate({"prompt": "?", "content": {"kind": "single", "options": options}})
    with pytest.raises(Invalid):
        rendered(question)
