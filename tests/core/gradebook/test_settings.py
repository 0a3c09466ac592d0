"""Settings of a gradebook: what does not fit together is named, and the arithmetic reads them as they are meant."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from lms.errors import Invalid
from lms.gradebook.arithmetic import course_grade
from lms.gradebook.categories import Category, Cell, Item
from lms.gradebook.letters import LETTERS, checked
from lms.gradebook.models.scheme import GradingScheme
from lms.gradebook.models.settings import GradebookSettings
from lms.gradebook.settings import DEFAULT, Work, categories, items, scheme
from lms.gradebook.settings import checked as fitting

ESSAY, GONE, QUIZ = "a" * 24, "b" * 24, "c" * 24
HOMEWORK = {"id": "h", "name": "Homework", "weight": 40}
EXAMS = {"id": "e", "name": "Exams", "weight": 0.1, "basis": "percent", "drop_lowest": 1, "missing": "zero"}
ORAL = {"kind": "manual", "id": "oral", "title": "Oral exam", "points": 30, "category_id": "e", "never_drop": True}


def settings(**rest: Any) -> dict[str, Any]:
    return GradebookSettings.model_validate({"categories": [HOMEWORK, EXAMS]} | rest).model_dump()


def work(id: str, category_id: str | None = "h", **rest: Any) -> dict[str, Any]:
    return {"kind": "assignment", "id": id, "category_id": category_id} | rest


def test_the_arithmetic_reads_them():
    book = fitting(settings(columns=[work(ESSAY, weight=2, extra_credit=True), ORAL, work(GONE)]))
    held = frozenset({"oral"})
    assert categories(book) == [
        Category("h", "Homework", Decimal(40), never_drop=held),
        Category("e", "Exams", Decimal("0.1"), "percent", 1, 0, held, missing="zero"),
    ]
    works = {ESSAY: Work("Essay", 12.1), QUIZ: Work("Quiz", 5.0)}
    assert items(book, works) == [
        Item(ESSAY, "Essay", Decimal("12.1"), "h", Decimal(2), True),
        Item("oral", "Oral exam", Decimal(30), "e"),
        Item(QUIZ, "Quiz", Decimal(5), None),
    ]


def test_in_a_course_that_has_set_nothing_all_work_counts_by_points():
    works = {ESSAY: Work("Essay", 10), QUIZ: Work("Quiz", 30)}
    cells = {ESSAY: Cell(Decimal(4)), QUIZ: Cell(Decimal(30))}
    assert course_grade(categories(DEFAULT), items(DEFAULT, works), cells).final.percent == 85
    assert fitting(GradebookSettings(categories=[]).model_dump()) == DEFAULT


@pytest.mark.parametrize(
    ("wrong", "pointers"),
    [
        ({"categories": [HOMEWORK, EXAMS | {"id": "h"}]}, ["/categories/1/id"]),
        ({"categories": [HOMEWORK, EXAMS | {"name": "HOMEWORK"}]}, ["/categories/1/name"]),
        ({"categories": [HOMEWORK | {"weight": 0}]}, ["/categories"]),
        ({"categories": [HOMEWORK | {"extra_credit": True}]}, ["/categories"]),
        ({"columns": [work(ESSAY), work(QUIZ, None), work(ESSAY, "e")]}, ["/columns/2/id"]),
        ({"columns": [work(ESSAY, "gone")]}, ["/columns/0/category_id"]),
        ({"columns": [ORAL | {"points": 0}]}, ["/columns/0/points"]),
        (
            {"columns": [ORAL | {"category_id": "x"}, ORAL | {"points": 0}]},
            ["/columns/1/id", "/columns/0/category_id", "/columns/1/points"],
        ),
    ],
)
def test_what_does_not_fit_together(wrong: dict[str, Any], pointers: list[str]):
    with pytest.raises(Invalid) as refused:
        fitting(settings(**wrong))
    assert [error["pointer"] for error in refused.value.errors] == pointers


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"categories": [HOMEWORK | {"weight": -1}]}, ("categories", 0, "weight")),
        ({"categories": [HOMEWORK | {"weight": 0.00001}]}, ("categories", 0, "weight")),
        ({"categories": [HOMEWORK | {"drop_lowest": -1}]}, ("categories", 0, "drop_lowest")),
        ({"categories": [HOMEWORK | {"drop_highest": True}]}, ("categories", 0, "drop_highest")),
        ({"categories": [HOMEWORK | {"basis": "sum"}]}, ("categories", 0, "basis")),
        ({"categories": [HOMEWORK | {"name": " "}]}, ("categories", 0, "name")),
        ({"categories": [HOMEWORK | {"colour": "red"}]}, ("categories", 0, "colour")),
        ({"columns": [work("no id")]}, ("columns", 0, "assignment", "id")),
        ({"columns": [work(ESSAY, weight=0)]}, ("columns", 0, "assignment", "weight")),
        ({"columns": [ORAL | {"points": -1}]}, ("columns", 0, "manual", "points")),
        ({"columns": [ORAL | {"points": float("nan")}]}, ("columns", 0, "manual", "points")),
        ({"missing": "half"}, ("missing",)),
    ],
)
def test_what_is_no_setting(wrong: dict[str, Any], place: tuple[str | int, ...]):
    with pytest.raises(ValidationError) as refused:
        settings(**wrong)
    assert [error["loc"] for error in refused.value.errors()] == [place]


def test_a_scheme_is_read_as_written():
    bands = [{"label": band.label, "least": float(band.least)} for band in LETTERS]
    assert checked(scheme(GradingScheme(bands=bands).model_dump()["bands"])) == list(LETTERS)
    for wrong in ([], [{"label": "A", "least": 101}], [{"label": "", "least": 0}]):
        with pytest.raises(ValidationError):
            GradingScheme(bands=wrong)
