"""QTI 1.2: each type as Canvas exports it, packages that are hostile, and what is written is read again."""

import io
import re
import time
import zipfile
from collections.abc import Iterable
from html import escape
from typing import Any

import pytest

from lms.errors import Invalid
from lms.quizzes import formats
from lms.quizzes.contents import Question
from lms.quizzes.formats.markup import Node, parse
from lms.quizzes.formats.report import Row
from tests.core.quizzes.random_banks import bank, essence


def interop(*inner: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">\n'
        + "\n".join(inner)
        + "\n</questestinterop>"
    ).encode()


def assessment(*items: str, ident: str = "g1") -> str:
    section = f'<section ident="root_section">{"".join(items)}</section>'
    return f'<assessment ident="{ident}" title="Quiz">{section}</assessment>'


def html(text: str) -> str:
    return f'<material><mattext texttype="text/html">{escape(text)}</mattext></material>'


def plain(text: str) -> str:
    return f'<material><mattext texttype="text/plain">{escape(text)}</mattext></material>'


def item(
    kind: str, responses: str, scoring: str, *feedback: str, text: str = "<p>Why?</p>", points: str = "1.0"
) -> str:
    fields = {
        "question_type": kind,
        "points_possible": points,
        "original_answer_ids": "1,2",
        "assessment_question_identifierref": "g9",
    }
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"
        for label, entry in fields.items()
    )
    return (
        f'<item ident="g{kind}" title="A title"><itemmetadata><qtimetadata>{metadata}</qtimetadata></itemmetadata>'
        f"<presentation>{html(f'<div>{text}</div>')}{responses}</presentation>"
        '<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE"/></outcomes>'
        f"{scoring}</resprocessing>{''.join(feedback)}</item>"
    )


def choices(
    *labels: tuple[str, str], ident: str = "response1", cardinality: str = "Single", prompt: str = ""
) -> str:
    options = "".join(f'<response_label ident="{key}">{material}</response_label>' for key, material in labels)
    return (
        f'<response_lid ident="{ident}" rcardinality="{cardinality}">{prompt}'
        f"<render_choice>{options}</render_choice></response_lid>"
    )


def condition(variable: str, score: str = "", action: str = "Set", link: str = "") -> str:
    scored = f'<setvar action="{action}" varname="SCORE">{score}</setvar>' if score else ""
    linked = f'<displayfeedback feedbacktype="Response" linkrefid="{link}"/>' if link else ""
    return f'<respcondition continue="No"><conditionvar>{variable}</conditionvar>{scored}{linked}</respcondition>'


def equal(value: str, respident: str = "response1") -> str:
    return f'<varequal respident="{respident}">{value}</varequal>'


def remark(ident: str, text: str) -> str:
    return f'<itemfeedback ident="{ident}"><flow_mat>{html(text)}</flow_mat></itemfeedback>'


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return buffer.getvalue()


MANIFEST = b'<manifest xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"><resources/></manifest>'


def read(*items: str) -> tuple[list[Question], list[Row]]:
    return formats.read("qti12", interop(assessment(*items)))


def one(text: str) -> tuple[dict[str, Any], Row]:
    (question,), (row,) = read(text)
    return essence(question), row


def refusal(text: str) -> Row:
    questions, (row,) = read(text)
    assert (questions, row.outcome) == ([], "refused")
    return row


CHOICE = item(
    "multiple_choice_question",
    choices(("11", plain("Paris")), ("12", html("<b>Lyon</b>")), ("13", plain("2 * 3"))),
    condition("<other/>", link="general_fb")
    + condition(equal("12"), link="12_fb")
    + condition(equal("11"), "100", link="correct_fb"),
    remark("general_fb", "Think"),
    remark("correct_fb", "Yes"),
    remark("general_incorrect_fb", "No"),
    remark("12_fb", "Not this"),
    points="2.5",
)


def test_multiple_choice_with_all_feedback():
    question, row = one(CHOICE)
    assert (row.outcome, row.notes, row.type, row.title, row.place) == (
        "taken",
        [],
        "multiple_choice_question",
        "A title",
        "line 3",
    )
    assert question == {
        "title": "A title",
        "prompt": "<p>Why?</p>",
        "content": {
            "kind": "single",
            "options": [
                {"text": "Paris", "weight": 1.0, "feedback": ""},
                {"text": "<b>Lyon</b>", "weight": 0.0, "feedback": "Not this"},
                {"text": r"2 \* 3", "weight": 0.0, "feedback": ""},
            ],
        },
        "points": 2.5,
        "feedback": {"general": "Think", "correct": "Yes", "partly": "", "incorrect": "No"},
        "hints": [],
        "skills": [],
        "pool": None,
    }


def test_multiple_answers_score_as_canvas_does():
    wrong = f"<not>{equal('3')}</not>"
    question, row = one(
        item(
            "multiple_answers_question",
            choices(("1", plain("a")), ("2", plain("b")), ("3", plain("c")), cardinality="Multiple"),
            condition(f"<and>{equal('1')}{equal('2')}{wrong}</and>", "100"),
        )
    )
    assert row.outcome == "taken"
    assert [option["weight"] for option in question["content"]["options"]] == [0.5, 0.5, -0.5]


@pytest.mark.parametrize(("right", "expected"), [("1", True), ("2", False)])
def test_true_false(right: str, expected: bool):
    question, row = one(
        item(
            "true_false_question",
            choices(("1", plain("True")), ("2", plain("False"))),
            condition(equal(right), "100"),
            remark("2_fb", "x"),
        )
    )
    assert row.outcome == "taken"
    assert question["content"] == {
        "kind": "true_false",
        "answer": expected,
        "feedback_true": "",
        "feedback_false": "x",
    }


TYPED = (
    '<response_str ident="response1" rcardinality="Single"><render_fib>'
    '<response_label ident="answer1"/></render_fib></response_str>'
)


def test_fill_in_the_blank():
    question, row = one(
        item(
            "short_answer_question",
            TYPED,
            condition(equal("H2O"), link="7_fb") + condition(equal("H2O") + equal("5 * 2"), "100"),
            remark("7_fb", "Short"),
        )
    )
    assert row.outcome == "taken"
    assert question["content"]["answers"] == [
        {"text": "H2O", "weight": 1.0, "feedback": "Short"},
        {"text": r"5 \* 2", "weight": 1.0, "feedback": ""},
    ]


def numeric(variable: str, link: str = "") -> str:
    return item("numerical_question", TYPED, condition(variable, "100", link=link), remark("8_fb", "Near"))


def bounds(low: str, high: str, below: str = "vargte") -> str:
    return f'<{below} respident="response1">{low}</{below}><varlte respident="response1">{high}</varlte>'


@pytest.mark.parametrize(
    ("variable", "value", "tolerance", "notes"),
    [
        (f"<or>{equal('3.14')}<and>{bounds('3.13', '3.15')}</and></or>", 3.14, 0.01, []),
        (f"<or>{equal('4.0')}</or>", 4.0, 0.0, []),
        (bounds("1.0", "2.0"), 1.5, 0.5, []),
        (
            f"<or>{equal('13.4')}<and>{bounds('13.35', '13.45', 'vargt')}</and></or>",
            13.4,
            0.05,
            ["a bound that was not itself right now is"],
        ),
    ],
)
def test_numbers_exact_in_a_range_or_of_some_precision(
    variable: str, value: float, tolerance: float, notes: list[str]
):
    question, row = one(numeric(variable, "8_fb"))
    assert question["content"]["answers"] == [
        {"value": value, "tolerance": tolerance, "relative": False, "weight": 1.0, "feedback": "Near"}
    ]
    assert row.notes == notes


def test_matching_with_distractors():
    matches = (("91", plain("Ottawa")), ("92", plain("Rome")), ("93", plain("Paris")))
    question, row = one(
        item(
            "matching_question",
            choices(*matches, ident="response_1", prompt=plain("Canada"))
            + choices(*matches, ident="response_2", prompt=html("<i>Italy</i>")),
            condition(equal("91", "response_1"), "50.00", "Add")
            + condition(equal("92", "response_2"), "50.00", "Add")
            + condition(f"<not>{equal('92', 'response_2')}</not>", link="2_fb"),
            remark("2_fb", "Boot"),
        )
    )
    assert question["content"] == {
        "kind": "matching",
        "pairs": [{"prompt": "Canada", "answer": "Ottawa"}, {"prompt": "<i>Italy</i>", "answer": "Rome"}],
        "distractors": ["Paris"],
    }
    assert row.notes == ["the feedback 2_fb is not kept"]


def test_several_blanks():
    question, row = one(
        item(
            "fill_in_multiple_blanks_question",
            choices(("1", plain("red")), ("2", plain("rot")), ident="response_color1")
            + choices(("3", plain("blue")), ident="response_zweite Farbe"),
            condition(equal("1", "response_color1"), "50.00", "Add")
            + condition(equal("2", "response_color1"), link="2_fb"),
            remark("2_fb", "German"),
            text="<p>Roses are [color1], violets are [zweite Farbe], [not a blank].</p>",
        )
    )
    assert row.outcome == "taken"
    assert question["prompt"] == "<p>Roses are {{gap 1}}, violets are {{gap 2}}, [not a blank].</p>"
    assert [
        [(each["text"], each["feedback"]) for each in gap["answers"]] for gap in question["content"]["gaps"]
    ] == [
        [("red", ""), ("rot", "German")],
        [("blue", "")],
    ]


def test_dropdowns():
    question, row = one(
        item(
            "multiple_dropdowns_question",
            choices(("1", plain("a")), ("2", plain("b")), ident="response_x")
            + choices(("3", plain("c")), ("4", plain("d")), ident="response_y"),
            condition(equal("2", "response_x"), "50.00", "Add")
            + condition(equal("3", "response_y"), "50.00", "Add"),
            text="[y] and {{z}} and [x]",
        )
    )
    assert row.outcome == "taken"
    assert question["prompt"] == "{{gap 1}} and {&#123;z}} and {{gap 2}}"
    assert [[option["weight"] for option in gap["options"]] for gap in question["content"]["gaps"]] == [
        [1.0, 0.0],
        [0.0, 1.0],
    ]


def test_essays():
    question, row = one(item("essay_question", TYPED, condition("<other/>")))
    assert (question["content"]["kind"], row.outcome) == ("essay", "taken")


@pytest.mark.parametrize(
    "kind", ["calculated_question", "text_only_question", "file_upload_question", "stimulus_question", ""]
)
def test_other_types_are_refused_by_name(kind: str):
    row = refusal(item(kind, "", ""))
    assert (row.type, row.title) == (kind, "A title")
    assert row.notes


def test_common_cartridge_profiles_say_the_type_too():
    text = CHOICE.replace("question_type", "cc_profile").replace(
        ">multiple_choice_question<", ">cc.multiple_choice.v0p1<"
    )
    assert one(text)[0]["content"]["kind"] == "single"


def test_groups_and_banks_are_pools():
    group = (
        '<section ident="s" title="Easy ones"><selection_ordering><selection><selection_number>2</selection_number>'
        "<selection_extension><points_per_item>3.0</points_per_item></selection_extension></selection>"
        f"</selection_ordering>{CHOICE}{CHOICE}</section>"
    )
    drawn = (
        '<section ident="t" title="From a bank"><selection_ordering><selection><sourcebank_ref>b7</sourcebank_ref>'
        "<selection_number>1</selection_number></selection></selection_ordering></section>"
    )
    stored = (
        '<objectbank ident="b7"><qtimetadata><qtimetadatafield><fieldlabel>bank_title</fieldlabel>'
        f"<fieldentry>My bank</fieldentry></qtimetadatafield></qtimetadata>{CHOICE}</objectbank>"
    )
    questions, rows = formats.read(
        "qti12", interop(assessment(CHOICE, group, drawn, '<itemref linkrefid="q9"/>'), stored)
    )
    assert [question.pool for question in questions] == [None, "Easy ones", "Easy ones", "My bank"]
    assert [(row.type, row.outcome) for row in rows] == [
        ("multiple_choice_question", "taken"),
        ("group", "changed"),
        ("multiple_choice_question", "taken"),
        ("multiple_choice_question", "taken"),
        ("group", "changed"),
        ("itemref", "refused"),
        ("multiple_choice_question", "taken"),
    ]
    assert rows[1].notes[0].startswith("drew 2 for 3.0 points each from its questions")
    assert rows[4].notes[0].startswith("draws 1 from the bank b7")


def test_everything_that_is_lost_is_named():
    text = '<img src="$IMS-CC-FILEBASE$/a.png?x=1"><img src="https://a.b/c.png"><iframe></iframe>'
    changed = item("essay_question", TYPED, "", remark("other_fb", "x"), text=text, points="0.0").replace(
        "<presentation>", "<rubric/><presentation><material><matimage uri='b.png'/></material>"
    )
    _, row = one(changed)
    assert row.outcome == "changed"
    assert row.notes == [
        "the file b.png is not kept",
        "<iframe> in a text is kept, but not shown",
        "the file $IMS-CC-FILEBASE$/a.png is not kept",
        "was worth 0 points; here a question counts, so that it is worth 1",
        "the feedback other_fb is not kept",
        "<rubric> is not kept",
    ]


@pytest.mark.parametrize(
    "text",
    [
        item("multiple_choice_question", "", ""),
        item("multiple_choice_question", choices(("1", plain("a")), ("2", plain("b"))), ""),
        item("multiple_answers_question", choices(("1", plain("a")), ("2", plain("b"))), ""),
        item("true_false_question", choices(("1", plain("True"))), condition(equal("1"), "100")),
        item("short_answer_question", TYPED, ""),
        item("numerical_question", TYPED, condition('<vargte respident="response1">3</vargte>', "100")),
        item("numerical_question", TYPED, condition(bounds("3", "2"), "100")),
        item("numerical_question", TYPED, condition(equal("pi"), "100")),
        item("matching_question", choices(("1", plain("a")), ident="response_1", prompt=plain("p")), ""),
        item("fill_in_multiple_blanks_question", choices(("1", plain("a")), ident="response_x"), "", text="none"),
        item("essay_question", TYPED, "", points="many"),
        item("essay_question", TYPED, condition(equal("x"), "a lot")),
    ],
)
def test_questions_without_a_sound_key_are_refused_and_do_not_lose_the_others(text: str):
    questions, rows = read(CHOICE, text, CHOICE)
    assert len(questions) == 2
    assert [row.outcome for row in rows] == ["taken", "refused", "taken"]
    assert rows[1].notes


def test_a_package_is_read_and_its_files_are_named():
    questions, rows = formats.read(
        "qti12",
        zipped(
            {
                "imsmanifest.xml": MANIFEST,
                "g1/assessment_qti.xml": interop(assessment(CHOICE)),
                "g1/assessment_meta.xml": b"<quiz/>",
                "non_cc_assessments/g1.xml.qti": interop(assessment(CHOICE, CHOICE)),
                "web_resources/a.png": b"\x89PNG",
            }
        ),
    )
    assert len(questions) == 2
    assert [(row.place, row.type, row.outcome) for row in rows] == [
        ("non_cc_assessments/g1.xml.qti, line 3", "multiple_choice_question", "taken"),
        ("non_cc_assessments/g1.xml.qti, line 3", "multiple_choice_question", "taken"),
        ("g1/assessment_qti.xml, line 3", "assessment", "changed"),
    ]
    assert rows[2].notes == ["stands twice in the package: it was read from non_cc_assessments/g1.xml.qti"]


def encrypted() -> bytes:
    data = bytearray(zipped({"a.xml": b"<a/>"}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1
    return bytes(data)


def lying() -> bytes:
    """A member that says it unpacks to 10 bytes."""
    data = bytearray(zipped({"a.xml": b"<a>" + b" " * 1_000_000 + b"</a>"}))
    for header, size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(header) + size
        data[start : start + 4] = (10).to_bytes(4, "little")
    return bytes(data)


def bzipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as package:
        package.writestr("a.xml", b"<a/>")
    return buffer.getvalue()


def doubled() -> bytes:
    return zipped({"a.xml": b"<a/>", "b.xml": b"<a/>"}).replace(b"b.xml", b"a.xml")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "line 1, column 1: is no well-formed XML"),
        (b"<quiz/>", "is no QTI 1.2: there is no <questestinterop>"),
        (b"<assessmentItem/>", "this is QTI 2 or 3"),
        (b"<!DOCTYPE q SYSTEM 'x'><questestinterop/>", "line 1"),
        (b"PK\x03\x04 no zip", "is no zip file"),
        (zipped({}), "is no QTI 1.2"),
        (zipped({"x/a.xml": b"<a>\n<b></a>"}), "x/a.xml, line 2, column 6"),
        (zipped({"a.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "a.xml, line 1, column"),
        (zipped({"a.xml": b"<a>" + b" " * 30_000_000 + b"</a>"}), "unpack to more than 20 MB"),
        (zipped({f"{number}.xml": b"<a>" + b" " * 3_000_000 + b"</a>" for number in range(7)}), "more than 20 MB"),
        (zipped({"bomb.bin": b"\x00" * 100_000_001}), "bomb.bin: unpacks to more than 100 MB"),
        (zipped({"../a.xml": b"<a/>"}), "../a.xml: this name leads out of the package"),
        (zipped({"/etc/a.xml": b"<a/>"}), "leads out"),
        (zipped({"a/../../b.xml": b"<a/>"}), "leads out"),
        (zipped({"C:/a.xml": b"<a/>"}), "leads out"),
        (zipped({"..\\a.xml": b"<a/>"}), "leads out"),
        (zipped({f"{number}": b"" for number in range(2_001)}), "more than 2,000 files"),
        (encrypted(), "a.xml: is encrypted"),
        (lying(), "a.xml: cannot be unpacked"),
        (zipped({"a" * 256: b""}), "this name is too long"),
        (bzipped(), "a.xml: is packed by a method"),
        (doubled(), "a.xml: this name stands twice"),
        (zipped({"a.xml": b"<a/>" * 100})[:-40], "is no zip file"),
        (interop(assessment(*["<item/>"] * 5_001)), "at most 5,000 items"),
    ],
    # A package holds the time of its making: its bytes are no name for a test.
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_files_that_cannot_be_read_are_refused_with_the_place(data: bytes, says: str):
    with pytest.raises(Invalid) as caught:
        formats.read("qti12", data)
    assert caught.value.code == "FILE_REFUSED"
    assert says in str(caught.value)


def test_large_items_take_no_long_time():
    labels = [(str(number), plain("x")) for number in range(5_000)]
    conditions = "".join(condition(equal(key), "100", link=f"{key}_fb") for key, _ in labels)
    before = time.monotonic()
    for kind in ("multiple_choice_question", "matching_question", "multiple_dropdowns_question"):
        refusal(item(kind, choices(*labels), conditions))
    assert time.monotonic() - before < 20


def test_damaged_packages_never_fail_otherwise():
    sound = zipped({"imsmanifest.xml": MANIFEST, "g1/g1.xml": interop(assessment(CHOICE))})
    outcomes = set()
    for place in range(0, len(sound), 3):
        damaged = sound[:place] + bytes([sound[place] ^ 0x41]) + sound[place + 1 :]
        try:
            formats.read("qti12", damaged)
            outcomes.add("read")
        except Invalid as refused:
            outcomes.add(refused.code)
    assert outcomes == {"read", "FILE_REFUSED"}


def fitting(question: Question) -> Question:
    """What is left of a question when all is taken away that Canvas has no place for."""
    data = question.model_dump()
    content = data["content"]
    match content["kind"]:
        case "single":
            keep_one_right(content["options"])
        case "multiple":
            right = sum(option["weight"] > 0 for option in content["options"])
            content["all_or_nothing"] = False
            for option in content["options"]:
                option["weight"] = 1 / right if option["weight"] > 0 else -1 / right
        case "numeric":
            content["units"] = []
            for answer in content["answers"]:
                answer |= {"weight": 1.0, "relative": False}
        case "short_text":
            make_literal(content)
        case "essay":
            content |= {"template": "", "notes": "", "least_words": 0, "most_words": None}
        case "cloze":
            first = content["gaps"][0]
            for gap in content["gaps"]:
                gap |= {"share": 1, "kind": "single" if first["kind"] == "single" else "short_text"}
                answers = gap.pop("answers", None) or gap.pop("options")
                if gap["kind"] == "single":
                    gap.pop("case_sensitive", None)
                    gap["options"] = [
                        {
                            "text": str(each.get("text", each.get("value"))),
                            "weight": each["weight"],
                            "feedback": each["feedback"],
                        }
                        for each in answers
                    ]
                    gap["options"] += [{"text": "other", "weight": 0.0}]
                    keep_one_right(gap["options"])
                else:
                    gap["answers"] = [
                        {
                            "text": "".join(str(each.get("text", each.get("value"))).split("\n")),
                            "weight": 1.0,
                            "feedback": each["feedback"],
                        }
                        for each in answers
                    ]
                    make_literal(gap)
    data |= {"hints": [], "skills": [], "points": 2.0, "feedback": {**data["feedback"], "partly": ""}}
    return Question.model_validate(data)


def keep_one_right(options: list[dict[str, Any]]) -> None:
    right = next(option for option in options if option["weight"] == 1)
    for option in options:
        option["weight"] = float(option is right)


def make_literal(content: dict[str, Any]) -> None:
    content["case_sensitive"] = False
    for answer in content["answers"]:
        answer |= {
            "weight": 1.0,
            "text": re.sub(r"\\+$", "", answer["text"].replace("\\*", "*")).replace("*", r"\*") or "x",
        }
    texts = {answer["text"]: answer for answer in content["answers"]}
    content["answers"] = list(texts.values())


def grouped(questions: Iterable[Question]) -> list[Question]:
    """Canvas keeps the questions of a group together."""
    places: dict[object, int] = {}
    found = list(enumerate(questions))
    for place, question in found:
        places.setdefault(question.pool or place, place)
    return [question for place, question in sorted(found, key=lambda each: places[each[1].pool or each[0]])]


@pytest.mark.parametrize("seed", range(25))
def test_what_is_written_is_read_again(seed: int):
    questions = list(map(fitting, bank(seed, [kind for kind in KINDS if kind != "ordering"], size=80)))
    data, content_type, suffix, rows = formats.write("qti12", questions)
    assert (content_type, suffix) == ("application/zip", ".zip")
    assert {(row.outcome, *row.notes) for row in rows} - {SWALLOWED} == {("taken",)}
    back, _ = formats.read("qti12", data)
    written = [question for question, row in zip(questions, rows, strict=True) if row.outcome == "taken"]
    assert len(written) > 70
    assert list(map(essence, back)) == list(map(essence, grouped(written)))


SWALLOWED = ("refused", "a gap stands where Canvas shows no text, e.g. in a link")
"""Where the text before a gap opens a comment or the like, which is not shown."""


KINDS = ["single", "multiple", "true_false", "numeric", "short_text", "matching", "ordering", "cloze", "essay"]


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_written_is_read_or_named(seed: int):
    questions = bank(seed, size=80)
    data, _, _, rows = formats.write("qti12", questions)
    back, read_rows = formats.read("qti12", data)
    written = [row for row in rows if row.outcome != "refused"]
    assert len(back) == len(written)
    assert {row.outcome for row in read_rows} <= {"taken", "changed"}
    assert {"refused", "changed"} <= {row.outcome for row in rows}


def test_the_package_is_what_canvas_takes():
    question = Question.model_validate(
        {
            "title": "T",
            "prompt": "**Why?** [1]",
            "content": {
                "kind": "single",
                "options": [{"text": "a", "weight": 1, "feedback": "f"}, {"text": "*b*"}],
            },
            "feedback": {"general": "g", "correct": "c", "incorrect": "i"},
        }
    )
    data = formats.write("qti12", [question])[0]
    assert data == formats.write("qti12", [question])[0]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        manifest = parse(package.read("imsmanifest.xml"))
        root = parse(package.read(names[1]))
    resources = [node for node in manifest.walk() if node.tag == "resource"]
    assert [node.attributes["type"] for node in resources] == [
        "imsqti_xmlv1p2",
        "associatedcontent/imscc_xmlv1p1/learning-application-resource",
    ]
    assert [node.attributes["href"] for node in manifest.walk() if node.tag == "file"] == names[1:]
    texts = [(node.attributes["texttype"], node.text) for node in below(root, "mattext")]
    assert texts[:3] == [
        ("text/html", "<p><strong>Why?</strong> [1]</p>\n"),
        ("text/plain", "a"),
        ("text/html", "<p><em>b</em></p>\n"),
    ]
    assert [node.attributes["ident"] for node in below(root, "response_label")] == ["1001", "1002"]
    assert [node.attributes["ident"] for node in below(root, "itemfeedback")] == [
        "1001_fb",
        "general_fb",
        "correct_fb",
        "general_incorrect_fb",
    ]


def below(node: Node, tag: str) -> list[Node]:
    return [each for each in node.walk() if each.tag == tag]


def test_text_that_reads_as_a_blank_stays_text():
    question = Question.model_validate(
        {
            "prompt": "[a] {{a}} [b]",
            "content": {"kind": "cloze", "gaps": [{"id": "a", "kind": "short_text", "answers": [{"text": "x"}]}]},
        }
    )
    data, _, _, (row,) = formats.write("qti12", [question])
    (back,), _ = formats.read("qti12", data)
    assert row.outcome == "taken"
    assert essence(back) == essence(question)


def test_a_text_that_was_edited_in_canvas_is_taken_as_it_is_now():
    question = Question.model_validate(
        {"prompt": "**Old** text", "content": {"kind": "true_false", "answer": True}}
    )
    data = formats.write("qti12", [question])[0]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        name = package.namelist()[1]
        xml = package.read(name).replace(b"&lt;strong&gt;Old&lt;/strong&gt;", b"New")
    (back,), _ = formats.read("qti12", zipped({name: xml}))
    assert back.prompt == "<p>New text</p>"


def test_what_canvas_cannot_hold_is_refused_or_named():
    def made(content: dict[str, Any], **more: Any) -> Question:
        return Question.model_validate({"prompt": "p", "content": content, **more})

    word = {"id": "a", "kind": "short_text", "answers": [{"text": "x"}]}
    digit = {"id": "b", "kind": "numeric", "answers": [{"value": 1}]}
    rows = formats.write(
        "qti12",
        [
            made({"kind": "ordering", "items": [{"text": "a"}, {"text": "b"}]}),
            made({"kind": "cloze", "gaps": [word, digit]}, prompt="{{a}} {{b}}"),
            made({"kind": "cloze", "gaps": [word]}, prompt="[x]({{a}})"),
            made({"kind": "short_text", "answers": [{"text": "a*"}]}),
            made(
                {
                    "kind": "short_text",
                    "case_sensitive": True,
                    "answers": [{"text": "a"}, {"text": "b", "weight": 0.5}, {"text": "c*"}],
                },
                hints=["h"],
                skills=["s"],
                feedback={"partly": "x"},
                prompt="p\x01",
            ),
            made({"kind": "essay", "template": "t"}),
            made({"kind": "true_false", "answer": True}, pool="P", points=2),
            made({"kind": "true_false", "answer": True}, pool="P", points=3),
        ],
    )[3]
    assert [(row.outcome, row.notes) for row in rows] == [
        ("refused", ["QTI 1.2 in Canvas has no ordering"]),
        (
            "refused",
            ["Canvas has gaps for words or gaps with options in a question, not both, and none for numbers"],
        ),
        ("refused", ["a gap stands where Canvas shows no text, e.g. in a link"]),
        ("refused", ["no right answer is left", "Canvas has no wildcards: answers with * are left out"]),
        (
            "changed",
            [
                "Canvas does not look at upper and lower case",
                "Canvas has no part of the points for an answer: those below 100 percent are left out",
                "Canvas has no wildcards: answers with * are left out",
                "Canvas has no feedback for answers that are partly right",
                "Canvas has no hints",
                "Canvas has no skills of a question",
                "control characters, which XML cannot hold, are left out",
            ],
        ),
        ("changed", ["Canvas has no template, notes for graders or number of words"]),
        ("taken", []),
        ("changed", ["Canvas counts every question of this pool 2 points"]),
    ]
