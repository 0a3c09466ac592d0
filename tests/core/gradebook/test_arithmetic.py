"""Course grades: cases worked by hand, and what holds for every gradebook."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from lms.gradebook.arithmetic import Override, course_grade
from lms.gradebook.categories import Cell, Item, Status
from tests.gradebooks import Gradebook, any_gradebook, gradebook

CARL = "100/100 42/91 14/55 3/38"
"""Of Kane and Kane, The Algebra of Grade Dropping; Canvas tests its calculator with it and one item ungraded."""
CANVAS = f"{CARL} -/1000"
MOODLE = "70/100 20/80 10/10"
POINTED = "31/31 21/21 " + "30/30 " * 13
PERCENT = {"basis": "percent"}
EXTRA = {"extra_credit": True}


def low(count: int, **rest: Any) -> dict[str, Any]:
    return {"drop_lowest": count, **rest}


def high(count: int, **rest: Any) -> dict[str, Any]:
    return {"drop_highest": count, **rest}


# What the course holds; its running and final percentage where missing work counts as 0; and where it does not.
CASES = [
    ("one score", [(100, "8/10")], "80", "80", "80"),
    ("no score", [(100, "-/10")], None, "0", None),
    ("no item", [(100, "")], None, None, None),
    ("two alike", [(100, "8/10 9/10")], "85", "85", "85"),
    ("points weigh: 95 of 110", [(100, "5/10 90/100")], "86.36", "86.36", "86.36"),
    ("percentages do not: 50 and 90", [(100, "5/10 90/100", PERCENT)], "70", "70", "70"),
    ("a third", [(100, "1/3")], "33.33", "33.33", "33.33"),
    ("two thirds", [(100, "2/3")], "66.67", "66.67", "66.67"),
    ("nothing earned", [(100, "0/10")], "0", "0", "0"),
    ("4 ninths, rounded once", [(1, "1/3"), (1, "1/3"), (1, "2/3")], "44.44", "44.44", "44.44"),
    ("Canvas: 79.135 is no float", [(100, "88.56/100 69.71/100")], "79.14", "79.14", "79.14"),
    ("Canvas: 66.975 + 26.85", [(50, "267.9/200"), (50, "53.7/100")], "93.83", "93.83", "93.83"),
    (
        "Canvas: 11.8 + 10 + 13.425 + 17.85 + 17.85 + 17.43 = 88.355",
        [(12, "11.8/12"), (10, "82/82"), (15, "89.5/100"), (21, "85/100"), (21, "85/100"), (21, "83/100")],
        "88.36",
        "88.36",
        "88.36",
    ),
    ("Canvas: 19.84125 / 33 = .60125", [("9.9", "75/100"), ("23.1", "53.75/100")], "60.13", "60.13", "60.13"),
    ("Canvas' guide", [(20, "75/100"), (50, "98/100"), (30, "87/100")], "90.10", "90.10", "90.10"),
    ("Canvas' guide: 64 / 70", [(20, "75/100"), (50, "98/100"), (30, "-/100")], "91.43", "64", "91.43"),
    ("Canvas: half the course", [(50, "5/10"), (50, "-/10")], "50", "25", "50"),
    ("Canvas: the first of two", [(50, "9/10"), (50, "-/40")], "90", "45", "90"),
    ("Canvas: both", [(50, "9/10"), (50, "20/40")], "70", "70", "70"),
    ("Canvas: weights below 100", [(50, "10/10"), (40, "-/40")], "100", "55.56", "100"),
    ("Canvas: (12.5 + 40) / 90", [(50, "-/10 1/4"), (40, "40/40")], "58.33", "48.41", "58.33"),
    (
        "Canvas: categories without points leave, (45 + 12.5) / 75",
        [(50, "9/10"), (25, "5/10"), (25, "10/0 5/0"), (10, "")],
        "76.67",
        "76.67",
        "76.67",
    ),
    ("above what is possible: 55 + 56.25", [(50, "11/10"), (50, "45/40")], "111.25", "111.25", "111.25"),
    ("weights in any unit", [(1, "8/10"), (3, "4/10")], "50", "50", "50"),
    ("a weight of 0", [(0, "0/10"), (100, "9/10")], "90", "90", "90"),
    ("nothing but a weight of 0", [(0, "5/10")], None, None, None),
    ("Moodle: simple weighted mean, 100 / 190", [(100, MOODLE)], "52.63", "52.63", "52.63"),
    ("Moodle: mean of grades", [(100, MOODLE, PERCENT)], "65", "65", "65"),
    (
        "Moodle: weighted mean, (7 + 1.25 + 3) / 18",
        [(100, "70/100*10 20/80*5 10/10*3", PERCENT)],
        "62.50",
        "62.50",
        "62.50",
    ),
    ("a weight by points: 21 / 30", [(100, "8/10*2 5/10")], "70", "70", "70"),
    ("Canvas: nothing dropped", [(100, CANVAS)], "55.99", "12.38", "55.99"),
    ("Kane, Canvas: 156 / 246", [(100, CANVAS, low(1))], "63.41", "55.99", "63.41"),
    ("Kane, Canvas: 103 / 138", [(100, CANVAS, low(2))], "74.64", "63.41", "74.64"),
    ("Kane: Beth keeps her worst, 81 / 120", [(100, "80/100 20/100 1/20", low(1))], "67.50", "67.50", "67.50"),
    ("Kane: Alan, 33 / 56", [(100, "2/8 6/12 24/40 3/4 6/24", low(2))], "58.93", "58.93", "58.93"),
    ("Canvas: 59 / 184", [(100, CANVAS, high(1))], "32.07", "4.98", "32.07"),
    ("Canvas: 17 / 93", [(100, CANVAS, high(2))], "18.28", "1.56", "18.28"),
    ("Canvas: 3 / 38", [(100, CANVAS, high(3))], "7.89", "0.29", "7.89"),
    ("Canvas: 38 / 80", [(100, "0/10 10/20 28/50 91/100", high(1))], "47.50", "47.50", "47.50"),
    ("Canvas: 10 / 30", [(100, "0/10 10/20 28/50 91/100", high(2))], "33.33", "33.33", "33.33"),
    ("Canvas: 0 / 10", [(100, "0/10 10/20 28/50 91/100", high(3))], "0", "0", "0"),
    ("Canvas: the ungraded is none to drop", [(100, "-/20 3/10 9/10", low(1))], "90", "60", "90"),
    ("Canvas: points of nothing", [(100, "10/0 10/10 10/10 -/10")], "150", "100", "150"),
    ("Canvas: and one dropped", [(100, "10/0 10/10 10/10 -/10", low(1))], "200", "150", "200"),
    ("Canvas: nothing possible", [(100, "10/0 5/0 20/0 0/0", low(1))], None, None, None),
    ("Canvas: 543 / 411", [(100, f"30/0 30/0 30/0 {POINTED} 29.3/30 12/0 30/0", low(2))], *["132.12"] * 3),
    ("Canvas: more rules than items", [(100, "10/10 9/10 8/10", low(1000, **high(1000)))], "100", "100", "100"),
    ("Canvas: 15 = 3 / 20", [(100, "-/20 3/10 -/10 -/999999999 -/0", low(2))], "30", "15", "30"),
    ("Canvas: never dropped, 145 / 229", [(100, f"{CARL}# -/1000", low(1))], "63.32", "55.99", "63.32"),
    ("Canvas: never dropped, 115 / 130", [(100, "10/20 5/10 20/40 100/100#", low(1))], *["88.46"] * 3),
    ("Canvas: 209.45 / 200", [(100, "101.9/100 105.65/100 103.8/100# 0/0", low(1))], *["104.73"] * 3),
    # Canvas drops 5/10 and comes to 18.75: one is always dropped there. Here none is that would lower the 35 / 170.
    ("dropping would lower it", [(100, "10/20 5/10 20/40 0/100#", low(1))], "20.59", "20.59", "20.59"),
    ("all but what may not be dropped", [(100, "9/10# 0/10", low(1))], "90", "90", "90"),
    ("by percent, 75", [(100, "5/10 90/100 60/100", low(1, **PERCENT))], "75", "75", "75"),
    ("by points, 95 / 110", [(100, "5/10 90/100 60/100", low(1))], "86.36", "86.36", "86.36"),
    ("the middle three: 14 / 30", [(100, "1/10 2/10 3/10 9/10 10/10", low(1, **high(1)))], *["46.67"] * 3),
    ("extra credit: 11 / 10", [(100, "8/10 +3/5")], "110", "110", "110"),
    ("extra credit that is not taken", [(100, "8/10 9/10 +-/5 +!/5")], "85", "85", "85"),
    ("extra credit by percent: 2.2 / 2", [(100, "8/10 9/10 +2/4", PERCENT)], "110", "110", "110"),
    ("extra credit alone", [(100, "+3/5")], None, None, None),
    ("extra credit is not dropped: 10 / 10", [(100, "9/10 2/10 +1/10", low(1))], "100", "100", "100"),
    ("an extra category: 70 + 4", [(100, "7/10"), (5, "4/5", EXTRA)], "74", "74", "74"),
    ("worth the same early on: 70 + 5", [(50, "7/10"), (50, "-/10"), (5, "5/5", EXTRA)], "75", "40", "75"),
    ("an extra category alone, then 0 + 5 / 50", [(50, "-/10"), (5, "5/5", EXTRA)], None, "10", None),
    ("excused", [(100, "8/10 ex/10")], "80", "80", "80"),
    ("everything excused", [(40, "ex/10"), (60, "6/10")], "60", "60", "60"),
    ("excused first, then dropped", [(100, "10/10 5/10 ex/10", low(1))], "100", "100", "100"),
    ("missing is what is dropped", [(100, "10/10 5/10 !/10", low(1))], "75", "75", "100"),
    ("past the due date", [(100, "8/10 !/10")], "40", "40", "80"),
    ("before the due date", [(100, "8/10 -/10")], "80", "40", "80"),
    ("handed in is not missing", [(100, "8/10 ?/10")], "80", "80", "80"),
    ("a category's own rule", [(50, "8/10 !/10", {"missing": "excluded"}), (50, "6/10 !/10")], "55", "55", "70"),
    ("worth nothing by percent", [(100, "9/10 5/0", PERCENT)], "90", "90", "90"),
]


def shown(percent: str | None) -> Decimal | None:
    return None if percent is None else Decimal(percent).quantize(Decimal("0.01"))


@pytest.mark.parametrize(("name", "course", "running", "final", "excluded"), CASES)
def test_worked(name: str, course: list[Any], running: str | None, final: str | None, excluded: str | None):
    book = gradebook(*course)
    strict, kind = book.grade(missing="zero"), book.grade(missing="excluded")
    assert (strict.running.percent, strict.final.percent) == (shown(running), shown(final))
    assert kind.running.percent == kind.final.percent == shown(excluded)


def status_of(book: Gradebook, **rest: Any) -> list[Status]:
    return [part.status for total in book.grade(**rest).final.categories for part in total.parts]


def test_carls_best_drops_of_one_and_of_two():
    """Kane and Kane: the one dropped is none of the two."""
    kept, one, two = Status.COUNTED, [Status.LOWEST], [Status.LOWEST] * 2
    assert status_of(gradebook((1, CARL, low(1)))) == [kept, kept, kept, *one]
    assert status_of(gradebook((1, CARL, low(2)))) == [kept, *two, kept]


def test_what_became_of_each():
    book = gradebook((1, "10/10 9/10 1/10 !/10 -/10 ?/10 ex/10 +1/1 3/0 9/10#", low(1, **high(1))))
    assert [status.name for status in status_of(book, missing="zero")] == [
        "HIGHEST",
        "COUNTED",
        "COUNTED",
        "LOWEST",
        "ZERO",
        "WAITING",
        "EXCUSED",
        "EXTRA",
        "EXTRA",
        "COUNTED",
    ]


def test_letters_are_of_what_is_shown():
    assert gradebook((1, "89.995/100")).grade().final.letter == "A"
    assert gradebook((1, "89.994/100")).grade().final.letter == "B"
    assert gradebook((1, "-/100")).grade().final.letter is None


def test_an_override_stands_beside_the_computed_grade():
    result = gradebook((1, "71/100")).grade(override=Override(Decimal(85), "Ill at the exam"))
    assert (result.letter, result.final.letter, result.final.percent) == ("B", "C", Decimal("71.00"))
    assert gradebook((1, "71/100")).grade().letter == "C"


def test_items_of_no_category_count_nowhere():
    book = gradebook((1, "8/10"))
    stray = [Item("x", "x", Decimal(10), None), Item("y", "y", Decimal(10), "gone")]
    result = course_grade(book.categories, [*book.items, *stray], {**book.cells, "x": Cell(Decimal(0))})
    assert result.final.percent == 80
    assert result.final.uncategorised == tuple(stray)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda book: book._replace(cells={"i000": Cell(Decimal(-1))}),
        lambda book: book._replace(items=[book.items[0]._replace(points=Decimal(-1))]),
        lambda book: book._replace(items=[book.items[0]._replace(weight=Decimal(-1))]),
        lambda book: book._replace(categories=[book.categories[0]._replace(weight=Decimal(-1))]),
    ],
)
def test_nothing_is_negative(wrong: Any):
    with pytest.raises(ValueError, match="negative"):
        wrong(gradebook((1, "8/10"))).grade()


def percents(book: Gradebook, missing: str = "zero") -> tuple[Decimal | None, Decimal | None]:
    result = book.grade(missing=missing)
    return result.running.percent, result.final.percent


RUNS = 200


def test_order_does_not_matter():
    rng = Random(1)
    for _ in range(RUNS):
        book = any_gradebook(rng)
        found = percents(book), {part for total in book.grade().final.categories for part in total.parts}
        mixed = Gradebook(*(rng.sample(each, len(each)) for each in book[:2]), book.cells)
        assert (
            percents(mixed),
            {part for total in mixed.grade().final.categories for part in total.parts},
        ) == found


def test_weights_matter_by_their_proportion_alone():
    rng = Random(2)
    for _ in range(RUNS):
        book = any_gradebook(rng)
        factor = Decimal(rng.randint(1, 1000)) / 8
        scaled = [category._replace(weight=category.weight * factor) for category in book.categories]
        assert percents(book._replace(categories=scaled)) == percents(book)


def test_excused_is_as_if_it_were_not_there_and_never_below_missing():
    rng = Random(3)
    for _ in range(RUNS):
        book = any_gradebook(rng, extra=False)
        if not book.items:
            continue
        book = book._replace(categories=[each._replace(missing="zero") for each in book.categories])
        item = rng.choice(book.items)
        excused = percents(book._replace(cells={**book.cells, item.id: Cell(Decimal(3), excused=True)}))
        assert excused == percents(book._replace(items=[each for each in book.items if each != item]))
        missing = percents(book._replace(cells={**book.cells, item.id: Cell(overdue=True)}))
        pairs = zip(excused, missing, strict=True)
        assert all(one >= other for one, other in pairs if one is not None)


def test_dropping_the_lowest_never_lowers():
    rng = Random(4)
    for _ in range(RUNS):
        book = any_gradebook(rng)
        index = rng.randrange(len(book.categories))
        category = book.categories[index]
        more = list(book.categories)
        for count in range(4):
            before = percents(book._replace(categories=more))[1]
            more[index] = category._replace(drop_lowest=count, drop_highest=0)
            if count and before is not None:
                assert percents(book._replace(categories=more))[1] >= before


def test_running_is_final_when_all_is_graded():
    rng = Random(5)
    for _ in range(RUNS):
        running, final = percents(any_gradebook(rng, "sssx"), rng.choice(["zero", "excluded"]))
        assert running == final


def test_no_point_more_lowers_a_grade():
    rng = Random(6)
    for _ in range(RUNS):
        book = any_gradebook(rng)
        scored = [id for id, cell in book.cells.items() if cell.score is not None]
        if not scored or percents(book)[1] is None:
            continue
        id = rng.choice(scored)
        more = book.cells[id]._replace(score=book.cells[id].score + rng.randint(1, 20))
        after = percents(book._replace(cells={**book.cells, id: more}))
        assert all(one <= other for one, other in zip(percents(book), after, strict=True) if one is not None)


def test_no_grade_is_below_0_nor_above_100_where_no_score_is():
    rng = Random(7)
    for _ in range(RUNS):
        book = any_gradebook(rng)
        assert all(percent is None or percent >= 0 for percent in percents(book))
        points = {item.id: item.points for item in book.items}
        capped = {
            id: cell._replace(score=min(cell.score, points[id])) if cell.score is not None else cell
            for id, cell in book.cells.items()
        }
        plain = [item._replace(extra_credit=False) for item in book.items]
        usual = [category._replace(extra_credit=False) for category in book.categories]
        assert all(each is None or each <= 100 for each in percents(Gradebook(usual, plain, capped)))


def test_what_is_not_asked_for_is_computed_alike():
    """The running total is taken from the final one where that can be."""
    rng = Random(8)
    for _ in range(RUNS):
        book = any_gradebook(rng, "ss-!?x")
        later = {id: cell._replace(overdue=True) for id, cell in book.cells.items()}
        assert percents(book)[1] == percents(book._replace(cells=later))[0]
