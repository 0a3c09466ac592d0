"""The derivation in words: what it says, and that a calculator comes to the same."""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from random import Random

from lms.gradebook.arithmetic import Override, course_grade
from lms.gradebook.categories import Category, Cell, Item
from lms.gradebook.derivation import of_override, of_total
from tests.gradebooks import any_gradebook, gradebook

CATEGORIES = [
    Category("h", "Homework", Decimal(40), drop_lowest=2, never_drop=frozenset("d")),
    Category("e", "Exams", Decimal(60), "percent", drop_highest=1),
    Category("b", "Bonus", Decimal(5), extra_credit=True),
    Category("l", "Labs", Decimal(20)),
]
ITEMS = [
    Item("a", "Sheet 1", Decimal(100), "h"),
    Item("b", "Sheet 2", Decimal(91), "h"),
    Item("c", "Sheet 3", Decimal(55), "h"),
    Item("d", "Sheet 4", Decimal(38), "h", Decimal("1.5")),
    Item("e", "Song", Decimal(5), "h", extra_credit=True),
    Item("f", "First exam", Decimal(12), "e"),
    Item("g", "Second exam", Decimal(30), "e", Decimal(2)),
    Item("h", "Third exam", Decimal(10), "e"),
    Item("i", "Visit", Decimal(0), "e"),
    Item("j", "Talk", Decimal(10), "b"),
    Item("k", "Lab", Decimal(10), "l"),
    Item("m", "Lab report", Decimal(10), "l"),
    Item("n", "Poll", Decimal(10), None),
]
SCORES = {"a": 100, "b": 42, "c": 14, "e": "2.5", "f": 7, "g": 25, "h": 10, "i": 1, "j": 4}
CELLS = {id: Cell(Decimal(score)) for id, score in SCORES.items()} | {
    "d": Cell(overdue=True),
    "k": Cell(excused=True),
    "m": Cell(submitted=True),
}


def test_every_rule_is_told():
    result = course_grade(
        CATEGORIES, ITEMS, CELLS, missing="zero", override=Override(Decimal(85), "Ill at the exam")
    )
    assert [*of_total(result.final), *of_override(result)] == [
        "Dropped from “Homework”: “Sheet 2” 42 of 91 and “Sheet 3” 14 of 55, since up to 2 of the lowest may be "
        "dropped and no other choice leaves a higher percentage.",
        "Counted in “Homework”: “Sheet 1” 100 of 100, “Sheet 4” 0 of 38 (missing), with weight 1.5 and “Song” 2.5 "
        "on top.",
        "“Homework” comes to (100 + 1.5 × 0 + 2.5) ÷ (100 + 1.5 × 38) = 102.5 ÷ 157 ≈ 65.2866 %.",
        "Not counted in “Exams”: “Visit” (worth no points, so that it has no percentage).",
        "Dropped from “Exams”: “Third exam” 10 of 10, since the highest 1 of the rest are dropped: those that "
        "raise the percentage most.",
        "Counted in “Exams”: “First exam” 7 of 12 and “Second exam” 25 of 30, with weight 2.",
        "“Exams” comes to (7 ÷ 12 + 2 × 25 ÷ 30) ÷ (1 + 2) = 75 %.",
        "Counted in “Bonus”: “Talk” 4 of 10.",
        "“Bonus” comes to 4 ÷ 10 = 40 %.",
        "Not counted in “Labs”: “Lab” (excused) and “Lab report” (handed in and not graded yet).",
        "Nothing in “Labs” gives a percentage yet.",
        "In no category, so that it does not count: “Poll”.",
        "The weights are: “Homework” 40, “Exams” 60 and “Labs” 20; together 120.",
        "Where nothing counts, no weight is given; so the weights become: “Homework” 40 ÷ 100 = 40 % and “Exams” "
        "60 ÷ 100 = 60 %.",
        "Extra credit comes on top, in proportion to the weights of all other categories: “Bonus”.",
        "The grade is ≈ 65.2866 % × 40 ÷ 100 + 75 % × 60 ÷ 100 + 40 % × 5 ÷ 120 = 72.78 %, rounded half up to two "
        "decimals.",
        "72.78 % is “C”, which begins at 70 %.",
        "The grade is set by hand to 85 %, which is “B”; the computed final grade is 72.78 %. The reason given: "
        "Ill at the exam",
    ]


def test_no_grade_is_said_to_be_none():
    result = gradebook((1, "-/10")).grade(override=Override(Decimal(50), "Oral exam"))
    assert of_total(result.running) == [
        "Not counted in “c0”: “-/10” (not graded).",
        "Nothing in “c0” gives a percentage yet.",
        "No category counts yet, so that there is no grade.",
    ]
    assert "the computed final grade is none yet" in of_override(result)[0]
    assert of_override(gradebook((1, "1/1")).grade()) == []


def computed(sum: str) -> Fraction:
    """What a calculator shows: brackets, then × and ÷ from the left, then +."""
    sum = sum.replace("≈", "").replace("%", "").strip()
    while inner := re.search(r"\(([^()]*)\)", sum):
        value = computed(inner[1])
        sum = f"{sum[: inner.start()]}{value.numerator}/{value.denominator}{sum[inner.end() :]}"
    return _added(sum)


def _added(text: str) -> Fraction:
    total = Fraction(0)
    for term in text.split("+"):
        first, *rest = re.split(r"([×÷])", term)
        value = Fraction(first.strip())
        for sign, figure in zip(rest[::2], rest[1::2], strict=True):
            value = value * Fraction(figure.strip()) if sign == "×" else value / Fraction(figure.strip())
        total += value
    return total


def equations(sentences: list[str]) -> Iterator[tuple[Fraction, Fraction]]:
    """Each left side beside what the sentence says that it comes to."""
    for sentence in sentences:
        if found := re.search(r"(?:comes to|The grade is) (.*?) %(?:, rounded.*|\.)$", sentence):
            *sides, last = re.split(r" = | (?=≈ [\d.]+$)", found[1])
            for side in sides:
                yield computed(side) * (1 if "%" in side else 100), computed(last)


def test_a_calculator_comes_to_the_same():
    rng, count = Random(21), 0
    for _ in range(300):
        result = any_gradebook(rng).grade(missing="zero")
        for total in (result.running, result.final):
            for left, right in equations(of_total(total)):
                assert abs(left - right) <= Fraction("0.005") + Fraction("0.0003")
                count += 1
    assert count > 1000


def test_every_item_is_named_once():
    rng = Random(22)
    for _ in range(200):
        book = any_gradebook(rng)
        for number, item in enumerate(book.items):
            book.items[number] = item._replace(title=f"Item {number};")
        told = "\n".join(line for line in of_total(book.grade().final))
        assert all(told.count(f"“{item.title}”") == 1 for item in book.items)
