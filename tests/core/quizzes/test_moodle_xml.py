"""Moodle XML: each type as Moodle exports it, with a name for every loss, and what is written is read again."""

import time
from typing import Any

import pytest

from lms.errors import Invalid
from lms.quizzes import formats
from lms.quizzes.contents import Question
from lms.quizzes.formats.report import Row
from tests.core.quizzes.random_banks import bank, essence


def quiz(*questions: str) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n".join(questions) + "\n</quiz>\n").encode()


def ask(kind: str, *parts: str, text: str = "<p>Why?</p>", format: str = "html", grade: str = "1.0000000") -> str:
    graded = f"<defaultgrade>{grade}</defaultgrade>" if grade else ""
    return (
        f'<question type="{kind}"><name><text>A name</text></name>'
        f'<questiontext format="{format}"><text><![CDATA[{text}]]></text></questiontext>'
        f'<generalfeedback format="html"><text></text></generalfeedback>{graded}'
        f"<penalty>0.3333333</penalty><hidden>0</hidden><idnumber></idnumber>{''.join(parts)}</question>"
    )


def answer(text: str, fraction: str, more: str = "", feedback: str = "") -> str:
    return (
        f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{more}'
        f'<feedback format="html"><text>{feedback}</text></feedback></answer>'
    )


def read(*questions: str) -> tuple[list[Question], list[Row]]:
    return formats.read("moodle_xml", quiz(*questions))


def one(item: str) -> tuple[dict[str, Any], Row]:
    (question,), (row,) = read(item)
    return essence(question), row


def refusal(item: str) -> Row:
    questions, (row,) = read(item)
    assert (questions, row.outcome) == ([], "refused")
    return row


def test_a_choice_with_all_that_moodle_knows_about_it():
    question, row = one(
        ask(
            "multichoice",
            "<single>true</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>",
            '<correctfeedback format="html"><text>Well done</text></correctfeedback>',
            '<partiallycorrectfeedback format="html"><text>Nearly</text></partiallycorrectfeedback>',
            '<incorrectfeedback format="html"><text>No</text></incorrectfeedback><shownumcorrect/>',
            answer("<p>Paris</p>", "100", feedback="Yes"),
            answer("Lyon", "33.33333"),
            answer("2 * 3", "-25"),
            '<hint format="html"><text>Think</text></hint><hint format="html"><text>Look</text></hint>',
            "<tags><tag><text>geo</text></tag><tag><text>France</text></tag></tags>",
            grade="2.5000000",
        )
    )
    assert (row.outcome, row.notes, row.type, row.title, row.place) == (
        "taken",
        [],
        "multichoice",
        "A name",
        "line 3",
    )
    assert question == {
        "title": "A name",
        "prompt": "<p>Why?</p>",
        "content": {
            "kind": "single",
            "options": [
                {"text": "<p>Paris</p>", "weight": 1.0, "feedback": "Yes"},
                {"text": "Lyon", "weight": 0.3333333, "feedback": ""},
                {"text": r"2 \* 3", "weight": -0.25, "feedback": ""},
            ],
        },
        "points": 2.5,
        "feedback": {"general": "", "correct": "Well done", "partly": "Nearly", "incorrect": "No"},
        "hints": ["Think", "Look"],
        "skills": ["geo", "France"],
        "pool": None,
    }


def test_several_right_options():
    thirds = [answer(text, "33.33333") for text in "abc"]
    question, row = one(ask("multichoice", "<single>false</single>", *thirds, answer("d", "-100")))
    assert row.outcome == "taken"
    content = question["content"]
    assert (content["kind"], content["all_or_nothing"]) == ("multiple", False)
    assert [option["weight"] for option in content["options"]] == [0.3333333, 0.3333333, 0.3333333, -1.0]


def test_all_or_nothing_plugin():
    question, _ = one(ask("multichoiceset", answer("a", "100"), answer("b", "100"), answer("c", "0")))
    assert question["content"]["all_or_nothing"] is True
    assert [option["weight"] for option in question["content"]["options"]] == [0.5, 0.5, 0.0]


@pytest.mark.parametrize(("right", "expected"), [("true", True), ("false", False)])
def test_true_or_false(right: str, expected: bool):
    answers = [
        answer(each, "100" if each == right else "0", feedback=f"it is {each}") for each in ("false", "true")
    ]
    question, row = one(ask("truefalse", *answers).replace("0.3333333", "1.0000000"))
    assert row.outcome == "taken"
    assert question["content"] == {
        "kind": "true_false",
        "answer": expected,
        "feedback_true": "it is true",
        "feedback_false": "it is false",
    }


def test_true_and_false_in_another_language_are_taken_by_their_order():
    question, row = one(ask("truefalse", answer("Wahr", "0"), answer("Falsch", "100")))
    assert question["content"]["answer"] is False
    assert row.notes == ["of its answers the first, 'wahr', is taken for true"]


def test_numbers_with_tolerances_and_units():
    question, row = one(
        ask(
            "numerical",
            answer("5500", "100", "<tolerance>0.5</tolerance>", "Right"),
            answer("5,4e3", "50", "<tolerance>100</tolerance>"),
            answer("*", "0", feedback="Any other"),
            "<units><unit><multiplier>1</multiplier><unit_name>W</unit_name></unit>",
            "<unit><multiplier>0.001</multiplier><unit_name>kW</unit_name></unit></units>",
            "<unitgradingtype>1</unitgradingtype><unitpenalty>0.1000000</unitpenalty><showunits>0</showunits>",
        )
    )
    content = question["content"]
    assert [(each["value"], each["tolerance"], each["weight"]) for each in content["answers"]] == [
        (5500.0, 0.5, 1.0),
        (5400.0, 100.0, 0.5),
    ]
    assert content["units"] == [{"name": "W", "multiplier": 1.0}, {"name": "kW", "multiplier": 1000.0}]
    assert row.notes == [
        "the feedback for any other number is not kept",
        "the penalty of 0.1000000 for a wrong unit is not kept",
    ]


def test_points_for_any_number_are_refused():
    assert "gives points for any number" in refusal(ask("numerical", answer("*", "50"), answer("3", "100"))).notes


def test_short_answers_keep_wildcards_and_case():
    question, row = one(
        ask("shortanswer", "<usecase>1</usecase>", answer("Grant*", "100", feedback="Yes"), answer(r"\*", "50"))
    )
    assert row.outcome == "taken"
    assert question["content"] == {
        "kind": "short_text",
        "case_sensitive": True,
        "answers": [
            {"text": "Grant*", "weight": 1.0, "feedback": "Yes"},
            {"text": r"\*", "weight": 0.5, "feedback": ""},
        ],
    }


def subquestion(prompt: str, belongs: str) -> str:
    return f'<subquestion format="html"><text>{prompt}</text><answer><text>{belongs}</text></answer></subquestion>'


def test_matching_with_answers_that_belong_to_none():
    rows = [
        subquestion("Canada", "Ottawa"),
        subquestion("Italy", "Rome"),
        subquestion("", "Paris"),
        subquestion("", "Rome"),
    ]
    question, row = one(ask("matching", "<shuffleanswers>true</shuffleanswers>", *rows))
    assert row.outcome == "taken"
    assert question["content"] == {
        "kind": "matching",
        "pairs": [{"prompt": "Canada", "answer": "Ottawa"}, {"prompt": "Italy", "answer": "Rome"}],
        "distractors": ["Paris"],
    }


@pytest.mark.parametrize(
    ("grading", "expected"),
    [("ALL_OR_NOTHING", "exact"), ("ABSOLUTE_POSITION", "positions"), ("RELATIVE_NEXT_EXCLUDE_LAST", "neighbours")],
)
def test_ordering_follows_the_fractions(grading: str, expected: str):
    items = [answer(text, number) for text, number in (("c", "3.0000000"), ("a", "1.0000000"), ("b", "2.0000000"))]
    question, row = one(
        ask(
            "ordering",
            "<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><selectcount>0</selectcount>",
            f"<gradingtype>{grading}</gradingtype><showgrading>SHOW</showgrading>",
            *items,
        )
    )
    assert row.outcome == "taken"
    assert [item["text"] for item in question["content"]["items"]] == ["a", "b", "c"]
    assert question["content"]["grading"] == expected


def test_an_ordering_that_loses_something():
    _, row = one(
        ask(
            "ordering",
            "<selecttype>RANDOM</selecttype><gradingtype>LONGEST_ORDERED_SUBSET</gradingtype>",
            answer("a", "1"),
            answer("b", "2"),
        )
    )
    assert row.outcome == "changed"
    assert [note.split(" ")[:2] for note in row.notes] == [["the", "grading"], ["showed", "some"]]


def test_essays():
    question, row = one(
        ask(
            "essay",
            "<responseformat>editorfilepicker</responseformat><attachments>1</attachments>",
            "<minwordlimit>50</minwordlimit><maxwordlimit>300</maxwordlimit>",
            '<graderinfo format="html"><text>Look at the sources</text></graderinfo>',
            '<responsetemplate format="html"><text>Dear …</text></responsetemplate>',
        )
    )
    assert question["content"] == {
        "kind": "essay",
        "template": "Dear …",
        "notes": "Look at the sources",
        "least_words": 50,
        "most_words": 300,
        "rubric_id": None,
        "references": [],
    }
    assert row.notes == ["files cannot be handed in with an answer"]


ALL_GAPS = (
    "<p>{1:SHORTANSWER:=Berlin#Right~%50%Bonn#Nearly~*#No} {2:SAC:=NaCl} {:MW:=a}"
    " {3:NUMERICAL:=3.14:0.005#Pi~%50%3:0.2~*#No} {1:NM:=1,5}"
    " {1:MULTICHOICE:~no#Not this~=yes~%33.3%half \\} \\# &#126; &amp;}"
    " {1:MC:a~=b} {1:MCV:=a~b} {1:MCHS:~a~=b} {1:MULTICHOICE_S:=a~b}</p>"
)


def test_gaps_of_every_notation():
    question, row = one(ask("cloze", text=ALL_GAPS, grade=""))
    gaps = question["content"]["gaps"]
    assert question["prompt"] == "<p>" + " ".join(f"{{{{gap {number}}}}}" for number in range(1, 11)) + "</p>"
    assert question["points"] == 13
    assert [(gap["kind"], gap["share"]) for gap in gaps] == [
        ("short_text", 1),
        ("short_text", 2),
        ("short_text", 1),
        ("numeric", 3),
        ("numeric", 1),
        *[("single", 1)] * 5,
    ]
    assert gaps[0]["answers"] == [
        {"text": "Berlin", "weight": 1.0, "feedback": "Right"},
        {"text": "Bonn", "weight": 0.5, "feedback": "Nearly"},
        {"text": "*", "weight": 0.0, "feedback": "No"},
    ]
    assert [gap["case_sensitive"] for gap in gaps[:3]] == [False, True, False]
    assert [(each["value"], each["tolerance"], each["weight"]) for each in gaps[3]["answers"]] == [
        (3.14, 0.005, 1.0),
        (3.0, 0.2, 0.5),
    ]
    assert gaps[4]["answers"][0]["value"] == 1.5
    assert gaps[5]["options"] == [
        {"text": "no", "weight": 0.0, "feedback": "Not this"},
        {"text": "yes", "weight": 1.0, "feedback": ""},
        {"text": "half } # ~ &", "weight": 0.333, "feedback": ""},
    ]
    assert row.outcome == "changed"
    assert row.notes == [
        "gap 4: the feedback for any other number is not kept",
        "gap 8 was a column: the layout is not kept",
        "gap 9 was a shuffled row: the layout is not kept",
        "gap 10 was a shuffled menu: the layout is not kept",
    ]


@pytest.mark.parametrize("name", ["MR", "MULTIRESPONSE", "MRH", "MRS", "MRHS"])
def test_gaps_with_several_right_options_are_refused(name: str):
    row = refusal(ask("cloze", text=f"Which? {{1:{name}:=a~=b~c}}"))
    assert row.notes == [f"gap 1 lets several options be chosen ({name}), which no gap here does"]


@pytest.mark.parametrize(
    "text",
    ["no gap", "{1:SHORTANSWER:=never closed", "{1:WHAT:=a}", "{0:SA:=a}", "{1:NM:=a}", "{1:MC:a~b}", "{1:SA:}"],
)
def test_texts_without_a_gap_that_can_be_right_are_refused(text: str):
    assert refusal(ask("cloze", text=text)).notes


def test_what_looks_like_our_gaps_stays_text():
    question, row = one(ask("cloze", text="{{x}} {1:SA:=a} {1:FOO:=b}"))
    assert question["prompt"] == "{&#123;x}} {{gap 1}} {1:FOO:=b}"
    assert row.notes == ["something that begins like a gap is none, and stays text"]


@pytest.mark.parametrize(
    "kind", ["calculated", "calculatedsimple", "calculatedmulti", "random", "description", "ddwtos", "stack", ""]
)
def test_other_types_are_refused_by_name(kind: str):
    row = refusal(ask(kind))
    assert (row.type, row.title) == (kind, "A name")


def test_gaps_that_are_never_closed_take_no_long_time():
    before = time.monotonic()
    refusal(ask("cloze", text="{1:SA:" * 500_000))
    assert time.monotonic() - before < 5


def test_categories_are_pools():
    def category(path: str) -> str:
        return f'<question type="category"><category><text>{path}</text></category></question>'

    choice = ask("shortanswer", answer("a", "100"))
    questions, rows = read(
        category("$course$/top/Default for C101"),
        choice,
        category("$course$/Unit 1/Easy"),
        choice,
        category("$system$/top/A//B"),
        choice,
        category("$course$/top"),
        choice,
        category("Own"),
        choice,
    )
    assert [each.pool for each in questions] == ["Default for C101", "Unit 1/Easy", "A//B", None, "Own"]
    assert [(row.number, row.type, row.outcome) for row in rows] == [
        (number, "category" if number % 2 else "shortanswer", "taken") for number in range(1, 11)
    ]


@pytest.mark.parametrize(
    ("format", "text", "ours"),
    [
        ("html", "a<br>*b*", r"a<br>\*b\*"),
        ("markdown", "*b*", "*b*"),
        ("plain_text", "a\n<b> *c*", "a\\\n\\<b> \\*c\\*"),
        ("moodle_auto_format", "a\n<b>b</b>", "a<br> <b>b</b>"),
    ],
)
def test_text_formats_keep_their_meaning(format: str, text: str, ours: str):
    question, row = one(ask("shortanswer", answer("a", "100"), text=text, format=format))
    assert (question["prompt"], row.outcome) == (ours, "taken")


def test_everything_that_is_lost_is_named():
    _, row = one(
        ask(
            "shortanswer",
            answer("a", "100"),
            "<editorstyle>x</editorstyle>",
            '<hint format="html"><text>h</text><clearwrong/></hint>',
            text='<img src="@@PLUGINFILE@@/map.png"><iframe src="x"></iframe>',
            grade="0",
        )
        .replace("<hidden>0", "<hidden>1")
        .replace("<idnumber>", "<idnumber>Q7")
        .replace("0.3333333", "0.5")
        .replace("</questiontext>", '<file name="map.png" path="/" encoding="base64">AAAA</file></questiontext>')
    )
    assert row.outcome == "changed"
    assert row.notes == [
        "<iframe> in a text is kept, but not shown",
        "the file map.png is not kept",
        "was worth 0 points; here a question counts, so that it is worth 1",
        "what a hint does beside its text (clear wrong answers and the like) is not kept",
        "the penalty of 0.5 for each wrong try is not kept",
        "was hidden in Moodle",
        "the ID number Q7 is not kept",
        "<editorstyle> is not kept",
    ]


def test_one_bad_question_does_not_lose_the_others():
    good = ask("shortanswer", answer("a", "100"))
    bad = ask("shortanswer", answer("a", "50"))
    questions, rows = read(good, bad, good, "<other/>", ask("numerical", answer("x", "100")))
    assert len(questions) == 2
    assert [row.outcome for row in rows] == ["taken", "refused", "taken", "refused", "refused"]
    assert rows[1].notes == ["content: Value error, one answer must have the weight 1"]
    assert rows[4].notes == ["'x' is no number"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html/>", "line 1, column 1: is no Moodle XML"),
        (b"<quiz>\n<question>", "line 2, column 11: is no well-formed XML"),
        (b"<!DOCTYPE quiz><quiz/>", "document type"),
        (b"<quiz>" + b" " * 5_000_000 + b"</quiz>", "larger than 5 MB"),
        (b"<quiz>" + b"<question/>" * 5_001 + b"</quiz>", "line 1: a file may hold at most 5,000 items"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_the_place(data: bytes, says: str):
    with pytest.raises(Invalid) as caught:
        formats.read("moodle_xml", data)
    assert caught.value.code == "FILE_REFUSED"
    assert says in str(caught.value)


@pytest.mark.parametrize("seed", range(25))
def test_what_is_written_is_read_again(seed: int):
    questions = bank(seed)
    data, content_type, suffix, rows = formats.write("moodle_xml", questions)
    assert (content_type, suffix) == ("application/xml", ".xml")
    back, _ = formats.read("moodle_xml", data)
    assert list(map(essence, back)) == list(map(essence, questions))
    assert [row.number for row in rows] == list(range(1, len(questions) + 1))
    assert {row.outcome for row in rows} <= {"taken", "changed"}


def test_writing_names_what_moodle_makes_of_it():
    (row,) = formats.write("moodle_xml", [Question.model_validate(LOSSY)])[3]
    assert row.outcome == "changed"
    assert row.notes == [
        "needs the plugin 'All-or-Nothing Multiple Choice' in Moodle",
        "weights below 0, which count nothing where it is all or nothing, are written as 0",
        "control characters, which XML cannot hold, are left out",
    ]


LOSSY = {
    "prompt": "a\x00b",
    "content": {
        "kind": "multiple",
        "all_or_nothing": True,
        "options": [{"text": "a", "weight": 1.0}, {"text": "b", "weight": -0.5}],
    },
}


def test_a_text_that_would_read_as_a_gap_stays_text():
    question = Question.model_validate(
        {
            "prompt": "{1:SA:=x} {{a}}",
            "content": {"kind": "cloze", "gaps": [{"id": "a", "kind": "short_text", "answers": [{"text": "y"}]}]},
        }
    )
    data, _, _, (row,) = formats.write("moodle_xml", [question])
    (back,), _ = formats.read("moodle_xml", data)
    assert row.notes == ["text that would read as a gap is written with &#123;"]
    assert essence(back)["prompt"] == "&#123;1:SA:=x} {{gap 1}}"


def test_categories_do_not_count_as_items():
    question = bank(1, ["true_false"], 1)[0]
    pools = [question.model_copy(update={"pool": f"P{number % 2}"}) for number in range(3_000)]
    data = formats.write("moodle_xml", pools)[0]
    questions, rows = formats.read("moodle_xml", data)
    assert (len(questions), len(rows)) == (3_000, 6_000)
    with pytest.raises(Invalid, match="at most 5,000 categories or groups"):
        formats.read("moodle_xml", b"<quiz>" + b'<question type="category"/>' * 5_001 + b"</quiz>")


def test_more_than_fits_into_a_file_is_refused():
    question = bank(1, ["true_false"], 1)[0]
    with pytest.raises(Invalid, match="at most 5,000 questions"):
        formats.write("moodle_xml", [question] * 5_001)
