"""GIFT: each type as people write it by hand, errors by line, and what is written is read again."""

from typing import Any

import pytest

from lms.errors import Invalid
from lms.quizzes import formats
from lms.quizzes.contents import Question
from lms.quizzes.formats.report import Row
from tests.core.quizzes.random_banks import bank, essence


def read(text: str) -> tuple[list[Question], list[Row]]:
    return formats.read("gift", text.encode())


def one(text: str) -> dict[str, Any]:
    (question,), (row,) = read(text)
    assert (row.outcome, row.notes) == ("taken", [])
    return essence(question)


def content(text: str) -> dict[str, Any]:
    return one(text)["content"]


def option(text: str, weight: float = 0.0, feedback: str = "") -> dict[str, Any]:
    return {"text": text, "weight": weight, "feedback": feedback}


def test_a_choice_with_title_weights_feedback_and_general_feedback():
    question = one(
        "// which river\n::Rivers::Which river flows through Köln? {\n"
        "  =Rhein#Yes!\n  ~%50%Rhine # In English\n  ~%-25%Elbe\n  ~Oder#No\n  ####It flows to the sea.\n}"
    )
    assert question["title"] == "Rivers"
    assert question["prompt"] == "Which river flows through Köln?"
    assert question["feedback"]["general"] == "It flows to the sea."
    assert question["content"] == {
        "kind": "single",
        "options": [
            option("Rhein", 1.0, "Yes!"),
            option("Rhine", 0.5, "In English"),
            option("Elbe", -0.25),
            option("Oder", 0.0, "No"),
        ],
    }


def test_several_right_options():
    found = content("Primes? {~%50%2 ~%50%3 ~%-100%4}")
    assert found == {
        "kind": "multiple",
        "options": [option("2", 0.5), option("3", 0.5), option("4", -1.0)],
        "all_or_nothing": False,
    }


@pytest.mark.parametrize("said", ["T", "TRUE", "F", "FALSE"])
def test_true_or_false_with_feedback_for_wrong_and_right(said: str):
    found = content(f"The sun is a star.{{{said}#wrong#right####general}}")
    right, wrong = ("true", "false") if said[0] == "T" else ("false", "true")
    assert found == {
        "kind": "true_false",
        "answer": said[0] == "T",
        f"feedback_{right}": "right",
        f"feedback_{wrong}": "wrong",
    }


def test_short_answers():
    found = content("Largest city? {=New York#Yes =%50%NYC = Big*}")
    assert found["answers"] == [option("New York", 1.0, "Yes"), option("NYC", 0.5), option("Big*", 1.0)]
    assert content("Two plus two? {four}")["answers"] == [option("four", 1.0)]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("#1822", [(1822.0, 0.0, 1.0)]),
        ("#1822:5", [(1822.0, 5.0, 1.0)]),
        ("#3.141..3.142", [(3.1415, 0.0005, 1.0)]),
        ("#-5..-3", [(-4.0, 1.0, 1.0)]),
        ("# =1822:0#Right =%50%1822:2", [(1822.0, 0.0, 1.0), (1822.0, 2.0, 0.5)]),
        ("#=6.02e23:1e21", [(6.02e23, 1e21, 1.0)]),
    ],
)
def test_numbers(key: str, expected: list[tuple[float, float, float]]):
    found = content(f"How many? {{{key}}}")
    assert [(each["value"], each["tolerance"], each["weight"]) for each in found["answers"]] == expected


def test_feedback_for_any_other_number():
    assert one("How many? {#3:2~#Not at all}")["feedback"]["incorrect"] == "Not at all"


def test_matching():
    found = content("Capitals? {\n=Canada -> Ottawa\n=Italy->Rome\n= -> Paris\n}")
    assert found == {
        "kind": "matching",
        "pairs": [{"prompt": "Canada", "answer": "Ottawa"}, {"prompt": "Italy", "answer": "Rome"}],
        "distractors": ["Paris"],
    }


def test_essays():
    question = one("Tell us. {####Thank you}")
    assert (question["content"]["kind"], question["feedback"]["general"]) == ("essay", "Thank you")


@pytest.mark.parametrize(
    ("answers", "kind"), [("~wet =frozen ~hot", "single"), ("=frozen =icy", "short_text"), ("#0:1", "numeric")]
)
def test_a_missing_word_is_a_gap(answers: str, kind: str):
    question = one(f"Ice is {{{answers}}} water.")
    assert question["prompt"] == "Ice is {{gap 1}} water."
    assert question["content"]["kind"] == "cloze"
    assert [gap["kind"] for gap in question["content"]["gaps"]] == [kind]


def test_where_no_gap_can_hold_the_answers_a_line_stands_for_them():
    assert one("Both {~%50%a ~%50%b ~c} count.")["prompt"] == r"Both \_\_\_\_\_ count."
    assert one("It is {T} that it is.")["content"]["kind"] == "true_false"


def test_of_several_quadruple_hashes_the_last_begins_the_general_feedback():
    question = one("So? {T#no#yes #### indeed####Read on}")
    assert question["feedback"]["general"] == "Read on"
    assert question["content"]["feedback_true"] == r"yes #### indeed"


def test_escapes():
    question = one(r"::a\: b\::: 1 \= 1\: \{x\} \~ \# \\ n\nm {=\= 2 \\ \# \~ ~\} \{#\: ok}")
    assert question["title"] == "a: b:"
    assert question["prompt"] == r"1 = 1: {x} ~ # \\ n<br> m"
    assert question["content"]["options"] == [option(r"= 2 \\ # ~", 1.0), option("} {", 0.0, ": ok")]


@pytest.mark.parametrize(
    ("format", "ours"),
    [
        ("", r"\*a\*<br> <b>b</b>"),
        ("[html]", r"\*a\* <b>b</b>"),
        ("[markdown]", "*a*\n<b>b</b>"),
        ("[plain]", "\\*a\\*\\\n\\<b>b\\</b>"),
    ],
)
def test_text_formats(format: str, ours: str):
    question = one(f"{format}*a*\n<b>b</b>{{[markdown]*a* =b}}".replace("{[", "{~["))
    assert question["prompt"] == ours
    assert question["content"]["options"][0]["text"] == "*a*"


def test_categories_and_tags():
    questions, rows = read(
        "$CATEGORY: $course$/top/Unit 1\n\n// [id:7] [tag:geo] [tag:a \\] b]\nA? {T}\n\n"
        "$CATEGORY: Unit 2/Easy\nB? {F}\n"
    )
    assert [question.pool for question in questions] == ["Unit 1", "Unit 2/Easy"]
    assert [question.skills for question in questions] == [["geo", "a ] b"], []]
    assert [(row.place, row.type) for row in rows] == [
        ("line 1", "category"),
        ("line 4", "truefalse"),
        ("line 6", "category"),
        ("line 6", "truefalse"),
    ]


def test_one_bad_question_does_not_lose_the_others_and_its_line_is_told():
    questions, rows = read(
        "// a comment\n\nA? {T}\n\nBroken {~a\n\n=b}\n\nJust text\n\nB? {T}\r\n\r\n"
        "C? {~a ~b}\n\nD? {#x}\n\nE{T} F{F}\n\nM? {=a->b =c}\n"
    )
    assert len(questions) == 2
    assert [(row.place, row.type, row.outcome) for row in rows] == [
        ("line 3", "truefalse", "taken"),
        ("line 5", "description", "refused"),
        ("line 7", "description", "refused"),
        ("line 9", "description", "refused"),
        ("line 11", "truefalse", "taken"),
        ("line 13", "multichoice", "refused"),
        ("line 15", "numerical", "refused"),
        ("line 17", "truefalse", "refused"),
        ("line 19", "match", "refused"),
    ]
    assert [row.notes[0].split(":")[0] for row in rows if row.outcome == "refused"] == [
        "a brace has no partner; an empty line ends a question, and \\{ \\} are braces as text",
        "a brace has no partner; an empty line ends a question, and \\{ \\} are braces as text",
        "shows a text and asks nothing",
        "content",
        "'x' is no number",
        "holds more than one {…}",
        "an answer has no -> between what is asked and what belongs to it",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str):
    (question,), _ = formats.read("gift", "Größe 漢字? {T}".encode(encoding))
    assert question.prompt == "Größe 漢字?"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"A? {T}\n\nB\xff? {T}", "line 3, column 2: these bytes are no UTF-8 text"),
        (b"A? {T}\nab\x00", "line 2, column 3: the control character U+0000"),
        (b"A{T}\n\n" * 5_001, "line 10001: a file may hold at most 5,000 items"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_the_place(data: bytes, says: str):
    with pytest.raises(Invalid) as caught:
        formats.read("gift", data)
    assert caught.value.code == "FILE_REFUSED"
    assert says in str(caught.value)


def test_an_empty_file_holds_nothing():
    assert read("\n// nothing\n\n") == ([], [])


def fitting(question: Question) -> Question:
    """Without what GIFT has no place for at all."""
    general = question.feedback.model_copy(update={"correct": "", "partly": "", "incorrect": ""})
    return question.model_copy(update={"points": 1.0, "hints": [], "feedback": general})


def counted_alone(question: Question) -> dict[str, Any]:
    """A single gap counts all, whatever its share."""
    found = essence(question)
    gaps = found["content"].get("gaps", [])
    for gap in gaps if len(gaps) == 1 else []:
        gap["share"] = 1
    return found


@pytest.mark.parametrize("seed", range(25))
def test_what_is_written_is_read_again(seed: int):
    questions = list(map(fitting, bank(seed, size=120)))
    data, content_type, suffix, rows = formats.write("gift", questions)
    assert (content_type, suffix) == ("text/plain; charset=utf-8", ".gift.txt")
    back, read_rows = formats.read("gift", data)
    written = [(question, row) for question, row in zip(questions, rows, strict=True) if row.outcome != "refused"]
    assert {row.outcome for row in read_rows} <= {"taken", "changed"}
    assert len(back) == len(written)
    taken = 0
    for (question, row), found in zip(written, back, strict=True):
        assert question.pool == found.pool
        if row.outcome == "taken":
            taken += 1
            assert counted_alone(found) == counted_alone(question)
    assert taken > 10


def test_what_gift_cannot_hold_is_refused_or_named():
    def made(content: dict[str, Any], **more: Any) -> Question:
        return Question.model_validate({"prompt": "p", "content": content, **more})

    items = [{"text": "a"}, {"text": "b"}]
    gaps = [{"id": key, "kind": "short_text", "answers": [{"text": "x"}]} for key in "ab"]
    rows = formats.write(
        "gift",
        [
            made({"kind": "ordering", "items": items}),
            made({"kind": "cloze", "gaps": gaps}, prompt="{{a}} {{b}} c"),
            made({"kind": "cloze", "gaps": gaps[:1]}, prompt="x {{a}}"),
            made({"kind": "short_text", "answers": [{"text": "a->b"}]}),
            made(
                {"kind": "true_false", "answer": True},
                points=2,
                hints=["h"],
                feedback={"partly": "x"},
                skills=["a[b"],
                prompt="  p\x01",
            ),
        ],
    )[3]
    assert [(row.outcome, row.notes) for row in rows] == [
        ("refused", ["GIFT has no ordering"]),
        ("refused", ["GIFT has one gap at most"]),
        ("changed", ["in GIFT a gap at the end of a text is no gap, but an ordinary question"]),
        ("refused", ["an answer holds ->, which GIFT reads as a pair"]),
        (
            "changed",
            [
                "GIFT has no points",
                "GIFT has no hints",
                "GIFT has no feedback by result",
                "control characters are left out",
                "white space at the ends of a text is left out",
                "skills with [ < > ` \\ or a control character in their names are left out",
            ],
        ),
    ]
