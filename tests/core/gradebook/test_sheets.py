"""A gradebook as CSV, out and in."""

import csv
import io
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from lms.errors import Invalid
from lms.gradebook.arithmetic import Override, course_grade
from lms.gradebook.categories import Category, Cell, Item
from lms.gradebook.sheets import Change, Learner, Proposal, Row, changes, read, written

ADA, BEN = (
    Learner("a" * 24, "Ada, née B.", "ada@school.example"),
    Learner("b" * 24, "=Ben()", "+ben@school.example"),
)
LEARNERS = {learner.id: learner.id for learner in (ADA, BEN)} | {each.email: each.id for each in (ADA, BEN)}
CATEGORIES = [Category("w", "Work", Decimal(1))]
ESSAY, ORAL, BONUS, QUIZ = ITEMS = [
    Item("1" * 24, '=HYPERLINK("http://x")', Decimal(30), "w"),
    Item("oral", "Oral; exam, part 1", Decimal("12.5"), "w"),
    Item("final", "Bonus", Decimal(0), "w"),
    Item("2" * 24, "bonus", Decimal(10), None),
]
COMPUTED = ["running", "running letter", "final", "final letter", "override", "letter"]


def row(learner: Learner, override: Override | None = None, **cells: Cell) -> Row:
    own = {"essay": ESSAY, "oral": ORAL, "bonus": BONUS, "quiz": QUIZ}
    found = {own[name].id: cell for name, cell in cells.items()}
    return Row(learner, found, course_grade(CATEGORIES, ITEMS, found, override=override))


ROWS = [
    row(ADA, essay=Cell(Decimal("7.5")), oral=Cell(excused=True), quiz=Cell(Decimal("1.234"))),
    row(BEN, Override(Decimal(95), "Oral exam"), oral=Cell(Decimal("1E+1")), bonus=Cell()),
]


def table(text: str, delimiter: str = ",") -> list[list[str]]:
    assert text.startswith("\ufeff") and text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter))


def test_out():
    titles = [
        f"""'=HYPERLINK("http://x") (of 30) [{ESSAY.id}]""",
        "Oral; exam, part 1 (of 12.5) [oral]",
        "Bonus (of 0) [final]",
        f"bonus (of 10) [{QUIZ.id}]",
    ]
    assert table(written(ITEMS, ROWS)) == [
        ["id", "email", "name", *titles, *COMPUTED],
        [ADA.id, ADA.email, ADA.name, "7.5", "EX", "", "1.2340", "25", "F", "25", "F", "", "F"],
        [BEN.id, f"'{BEN.email}", "'=Ben()", "", "10", "", "", "80", "B", "80", "B", "95", "A"],
    ]
    assert table(written(ITEMS, ROWS, comma=True), ";")[1][3:7] == ["7,5", "EX", "", "1,2340"]


def current() -> dict[str, dict[str, Cell]]:
    return {each.learner.id: dict(each.cells) for each in ROWS}


@pytest.mark.parametrize("comma", [False, True])
def test_what_was_written_changes_nothing_when_it_is_read(comma: bool):
    found = read(written(ITEMS, ROWS, comma=comma), ITEMS, LEARNERS)
    assert found.problems == [] and len(found.proposals) == 4
    assert changes(found.proposals, current()) == []


def test_any_points_come_back_as_they_were():
    rng = Random(31)
    for _ in range(200):
        score = Decimal(rng.randint(0, 10 ** rng.randint(1, 4))).scaleb(-rng.randint(0, 4))
        text = written([ESSAY], [row(ADA, essay=Cell(score))], comma=rng.random() < 0.5)
        assert [each.value for each in read(text, [ESSAY], LEARNERS).proposals] == [score]


def test_a_quiz_is_rounded_as_it_is_read_again():
    cells = {QUIZ.id: Cell(Fraction(200, 3))}
    text = written([QUIZ], [Row(ADA, cells, course_grade(CATEGORIES, ITEMS, cells))])
    assert table(text)[1][3] == "66.6667"
    found = read(text, [QUIZ], LEARNERS)
    assert (changes(found.proposals, {ADA.id: cells}), found.problems) == ([], [])


def test_a_dry_run_says_what_each_cell_becomes():
    header = f"email\tOral; exam, part 1\tnew name [{ESSAY.id}]\tname"
    text = f"{header}\n ADA@school.example \t50 %\tex\tx\n{BEN.email}\t10\t\n"
    found = read(text, ITEMS, LEARNERS)
    assert found.problems == []
    assert changes(found.proposals, current()) == [
        Change(2, ADA.id, "oral", "EX", Decimal("6.25")),
        Change(2, ADA.id, ESSAY.id, Decimal("7.5"), "EX"),
    ]
    assert changes([Proposal(9, BEN.id, ESSAY.id, Decimal(0))], {}) == [
        Change(9, BEN.id, ESSAY.id, None, Decimal(0))
    ]


def value(text: str, item: Item = ESSAY) -> Any:
    found = read(f'id;[{item.id}]\n{ADA.id};"{text}"\n', ITEMS, LEARNERS)
    return found.problems[0].code if found.problems else next((each.value for each in found.proposals), None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7", "7"),
        ("7.5", "7.5"),
        ("7,5", "7.5"),
        (" 7,25\u00a0", "7.25"),
        ("0,125", "0.125"),
        ("1.2345", "1.2345"),
        ("007", "7"),
        ("10000", "10000"),
        ("50%", "15"),
        ("33,33 %", "9.999"),
        ("12.345%", "3.7035"),
        ("110 %", "33"),
        ("0", "0"),
    ],
)
def test_figures(text: str, meant: str):
    assert value(text) == Decimal(meant)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A-", "NOT_A_NUMBER"),
        ("pass", "NOT_A_NUMBER"),
        ("7 of 10", "NOT_A_NUMBER"),
        ("1e3", "NOT_A_NUMBER"),
        ("NaN", "NOT_A_NUMBER"),
        ("Infinity", "NOT_A_NUMBER"),
        ("=1+1", "NOT_A_NUMBER"),
        ("٧", "NOT_A_NUMBER"),
        ("1.2.3", "NOT_A_NUMBER"),
        ("1.000,5", "NOT_A_NUMBER"),
        (".5", "NOT_A_NUMBER"),
        ("5.", "NOT_A_NUMBER"),
        ("%", "NOT_A_NUMBER"),
        ("1.23456", "NOT_A_NUMBER"),
        ("10001", "NOT_A_NUMBER"),
        ("9" * 5000, "NOT_A_NUMBER"),
        ("99999 %", "NOT_A_NUMBER"),
        ("1,234", "AMBIGUOUS_NUMBER"),
        ("10.000", "AMBIGUOUS_NUMBER"),
        ("-1", "NEGATIVE"),
        ("−1", "NEGATIVE"),
        ("-", "NEGATIVE"),
    ],
)
def test_what_is_no_figure(text: str, code: str):
    assert value(text) == code


def test_no_percentage_of_nothing():
    assert value("5", BONUS) == 5
    assert value("50 %", BONUS) == "NO_PERCENTAGE"


def test_whatever_is_wrong_is_told_with_its_row_and_column():
    text = (
        "id,email,Homework,[oral],Oral; exam, part 1,bonus,final\n"
        f"{ADA.id},,5,A,2,3,99\n"
        "\n"
        "nobody,,5,1,,,\n"
        f"{ADA.id},{BEN.email},5,1,,,\n"
        f",{ADA.email},5,1,,,\n"
        f"{BEN.id},other@school.example,5,1,,,,,\n"
        f"{BEN.id},other@school.example,5,-1\n"
    ).replace("Oral; exam, part 1", '"Oral; exam, part 1"')
    found = read(text, ITEMS, LEARNERS)
    assert [each[:3] for each in found.problems] == [
        (1, "Homework", "UNKNOWN_COLUMN"),
        (1, "Oral; exam, part 1", "REPEATED_COLUMN"),
        (1, "bonus", "UNKNOWN_COLUMN"),
        (2, "[oral]", "NOT_A_NUMBER"),
        (4, "", "UNKNOWN_LEARNER"),
        (5, "", "TWO_LEARNERS"),
        (6, "", "REPEATED_LEARNER"),
        (7, "", "TOO_MANY_FIELDS"),
        (8, "[oral]", "NEGATIVE"),
    ]
    assert found.proposals == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name,[oral]\nAda,5\n", "WRONG_COLUMNS"),
        ("", "NO_ROWS"),
        ("id,[oral]\n", "NO_ROWS"),
        ('id,[oral]\n"a,5\n', "MALFORMED_CSV"),
        ("id\n" + "a\n" * 10_001, "TOO_MANY_ROWS"),
    ],
)
def test_what_is_no_sheet(text: str, code: str):
    with pytest.raises(Invalid) as refused:
        read(text, ITEMS, LEARNERS)
    assert refused.value.code == code
