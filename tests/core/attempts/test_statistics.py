"""Item analysis against published figures, against a second computation from the raw data, and at its edges."""

import math
import statistics as second
from collections import Counter
from random import Random

import pytest

from lms.attempts.statistics import (
    KELLEY,
    ItemScore,
    Statistics,
    add,
    alpha,
    empty,
    form_id,
    increments,
    item_figures,
    quiz_figures,
    remove,
    standard_error,
    upper_lower,
)

# Section 6 of the Law School Admission Test: the 30 response patterns that occur, and how many of 1,000 test takers
# gave each. R. D. Bock and M. Lieberman, Fitting a response model for n dichotomously scored items, Psychometrika
# 35 (1970), 179-197.
LSAT6 = {
    **{"00000": 3, "00001": 6, "00010": 2, "00011": 11, "00100": 1, "00101": 1, "00110": 3, "00111": 4},
    **{"01000": 1, "01001": 8, "01011": 16, "01101": 3, "01110": 2, "01111": 15, "10000": 10, "10001": 29},
    **{"10010": 14, "10011": 81, "10100": 3, "10101": 28, "10110": 15, "10111": 80, "11000": 16, "11001": 56},
    **{"11010": 21, "11011": 173, "11100": 11, "11101": 61, "11110": 28, "11111": 298},
}
Row = list[float]


def scores(row: Row, points: list[float] | None = None) -> list[ItemScore]:
    points = points or [1.0] * len(row)
    return [ItemScore(f"q{index}", x, points[index]) for index, x in enumerate(row)]


def collected(rows: list[Row], points: list[float] | None = None) -> Statistics:
    found = empty()
    for row in rows:
        add(found, scores(row, points))
    return found


def the_form(found: Statistics) -> dict:
    (form,) = found.forms.values()
    return form


@pytest.fixture(scope="module")
def lsat6_rows() -> list[Row]:
    return [[float(digit) for digit in pattern] for pattern, count in LSAT6.items() for _ in range(count)]


@pytest.fixture(scope="module")
def lsat6(lsat6_rows: list[Row]) -> Statistics:
    return collected(lsat6_rows)


def test_lsat6_difficulties_are_the_published_ones(lsat6):
    """The margins of that table, which R's ltm gives as proportions in ``descript(LSAT)``."""
    found = [item_figures(lsat6.items[f"q{index}"]).difficulty for index in range(5)]
    assert found == pytest.approx([0.924, 0.709, 0.553, 0.763, 0.870])


def test_lsat6_alpha_is_the_published_one(lsat6):
    """0.2949972, as computed in R from ltm's copy of the data on the R-help list in January 2007."""
    figures = quiz_figures(lsat6.quiz, the_form(lsat6))
    assert figures.alpha == pytest.approx(0.2949972, abs=5e-8)
    assert (figures.count, figures.form_count) == (1000, 1000)


def test_lsat6_against_a_second_computation(lsat6, lsat6_rows):
    compare(lsat6, lsat6_rows, [1.0] * 5)
    totals = [sum(row) for row in lsat6_rows]
    error = second.stdev(totals) * math.sqrt(1 - 0.2949972)
    assert 5 * standard_error(the_form(lsat6)) == pytest.approx(error, rel=1e-6)


def kelley(rows: list[Row], totals: list[float], index: int) -> float:
    """From the raw data: learners one by one, those with equal totals each taken with the mean score of theirs."""
    alike: dict[float, list[float]] = {}
    for row, total in zip(rows, totals, strict=True):
        alike.setdefault(total, []).append(row[index])
    ranked = [second.mean(alike[total]) for total in sorted(totals)]
    size = KELLEY * len(rows)
    whole, part = int(size), size - int(size)
    lower = sum(ranked[:whole]) + (part * ranked[whole] if part else 0)
    ranked.reverse()
    upper = sum(ranked[:whole]) + (part * ranked[whole] if part else 0)
    return (upper - lower) / size


def compare(found: Statistics, rows: list[Row], points: list[float]) -> None:
    most = sum(points)
    earned = [sum(x * p for x, p in zip(row, points, strict=True)) for row in rows]
    totals = [each / most for each in earned]
    quiz = quiz_figures(found.quiz, the_form(found))
    assert quiz.mean == pytest.approx(second.mean(totals))
    assert quiz.deviation == pytest.approx(second.stdev(totals))
    variances = 0.0
    for index, p in enumerate(points):
        figures = item_figures(found.items[f"q{index}"])
        xs = [row[index] for row in rows]
        assert figures.difficulty == pytest.approx(second.mean(xs))
        assert figures.item_total == pytest.approx(second.correlation(xs, totals))
        rest = [total - x * p for total, x in zip(earned, xs, strict=True)]
        assert figures.item_rest == pytest.approx(second.correlation(xs, rest), abs=1e-9)
        percents = [round(100 * total) for total in totals]
        assert figures.upper_lower == pytest.approx(kelley(rows, percents, index))
        variances += second.variance([x * p for x in xs])
    items = len(points)
    expected = items / (items - 1) * (1 - variances / second.variance(earned))
    assert quiz.alpha == pytest.approx(expected)
    assert quiz.standard_error == pytest.approx(second.stdev(totals) * math.sqrt(1 - expected))


def random_rows(rng: Random, count: int, items: int) -> list[Row]:
    rows = []
    for _ in range(count):
        ability = rng.gauss(0, 1)
        row = [rng.choice([0.0, 1 / 3, 0.5]) if rng.gauss(ability, 1) < 0 else 1.0 for _ in range(items)]
        rows.append(row)
    return rows


def test_random_quizzes_with_partial_credit_and_unequal_points():
    rng = Random(21)
    for _ in range(30):
        points = [rng.choice([0.5, 1.0, 2.0, 10.0]) for _ in range(rng.randint(2, 8))]
        rows = random_rows(rng, rng.randint(20, 200), len(points))
        compare(collected(rows, points), rows, points)


def test_the_upper_lower_index_of_a_border_without_ties():
    """100 learners, 27 above, 27 below: the plain difference of two proportions."""
    histogram = {100 - rank: {"n": 1, "x": float(rank < 27 and rank % 3 > 0)} for rank in range(100)}
    assert upper_lower(histogram) == pytest.approx(18 / 27)


def test_what_was_removed_leaves_no_trace():
    rng = Random(22)
    rows = random_rows(rng, 300, 5)
    found = collected(rows)
    gone = rng.sample(range(300), 298)
    for index in gone:
        remove(found, scores(rows[index]))
    left = [row for index, row in enumerate(rows) if index not in gone]
    again = collected(left)
    for index in range(5):
        assert item_figures(found.items[f"q{index}"]).model_dump() == approximately(
            item_figures(again.items[f"q{index}"]).model_dump()
        )
    assert quiz_figures(found.quiz, the_form(found)).model_dump() == approximately(
        quiz_figures(again.quiz, the_form(again)).model_dump()
    )
    for row in left:
        remove(found, scores(row))
    assert quiz_figures(found.quiz, the_form(found)).model_dump() == quiz_figures({}, {}).model_dump()
    assert item_figures(found.items["q0"]).model_dump() == item_figures({}).model_dump()


def approximately(figures: dict) -> dict:
    return {name: pytest.approx(value, abs=1e-6) for name, value in figures.items()}


def test_after_removals_equal_scores_still_have_no_spread():
    """Sums of thirds leave rounding behind; it must not become a correlation."""
    rng = Random(23)
    alike = [1 / 3, 1 / 3, 1 / 3]
    rows = random_rows(rng, 500, 3)
    found = collected([*rows, alike, alike, alike])
    for row in rows:
        remove(found, scores(row))
    assert quiz_figures(found.quiz, the_form(found)).alpha is None
    figures = item_figures(found.items["q0"])
    assert (figures.item_total, figures.item_rest, figures.upper_lower) == (None, None, None)
    assert figures.difficulty == pytest.approx(1 / 3)


def test_increments_are_undone_by_their_negatives():
    attempt = scores([1.0, 0.25, 0.0])
    plus, minus = increments(attempt), increments(attempt, -1)
    assert plus.form_id == minus.form_id
    for there, back in [
        (plus.quiz, minus.quiz),
        (plus.form, minus.form),
        *zip(plus.items.values(), minus.items.values(), strict=True),
    ]:
        assert {name: step + back[name] for name, step in there.items()} == dict.fromkeys(there, 0)


@pytest.mark.parametrize(
    ("rows", "undefined"),
    [
        ([], {"difficulty", "item_total", "item_rest", "upper_lower"}),
        ([[1, 0]], {"item_total", "item_rest", "upper_lower"}),
        ([[1], [0]], {"item_rest"}),
        ([[1, 0], [1, 1]], {"item_total", "item_rest"}),
        ([[1, 0], [0, 1]], {"item_total", "upper_lower"}),
        ([[1, 1], [0, 1]], {"item_rest"}),
        ([[1, 1], [1, 1]], {"item_total", "item_rest", "upper_lower"}),
        ([[1, 0], [0, 0], [1, 1]], set()),
    ],
)
def test_undefined_figures_are_none(rows, undefined):
    found = collected(rows)
    figures = item_figures(found.items.get("q0", {})).model_dump()
    assert {name for name, value in figures.items() if value is None} == undefined
    assert all(value is None or isinstance(value, list) or math.isfinite(value) for value in figures.values())


@pytest.mark.parametrize("rows", [[], [[1, 0]], [[1], [0]], [[1, 0], [0, 1]], [[1, 1], [1, 1]]])
def test_alpha_needs_two_items_two_learners_and_a_spread(rows):
    found = collected(rows)
    form = the_form(found) if rows else {}
    assert alpha(form) is None
    assert standard_error(form) is None


def test_alpha_is_over_those_who_had_the_same_questions():
    rng = Random(24)
    found, rows = empty(), {"a": random_rows(rng, 60, 3), "b": random_rows(rng, 40, 3)}
    for form, prefix in (("a", "q"), ("b", "z")):
        for row in rows[form]:
            attempt = [ItemScore(f"{prefix if index else 'q'}{index}", x, 1) for index, x in enumerate(row)]
            add(found, rng.sample(attempt, 3))
    assert sorted(form["n"] for form in found.forms.values()) == [40, 60]
    largest = max(found.forms.values(), key=lambda form: form["n"])
    assert alpha(largest) == pytest.approx(alpha(the_form(collected(rows["a"]))))
    assert item_figures(found.items["q0"]).count == 100
    assert item_figures(found.items["z1"]).count == 40
    assert quiz_figures(found.quiz, largest).count == 100


def test_a_form_is_its_items_and_their_points_in_any_order():
    attempt = scores([1, 0, 1])
    assert form_id(attempt) == form_id(attempt[::-1])
    assert form_id(attempt) != form_id(attempt[:2])
    assert form_id(attempt) != form_id(scores([1, 0, 1], [1, 1, 2]))


def test_the_distractor_table():
    found = empty()
    chosen = ["a", "a", "b", "a", "c", "b", "unanswered", "a"]
    others = [1, 1, 0.5, 0.75, 0, 0.25, 0, 1]
    totals = []
    for option, other in zip(chosen, others, strict=True):
        x = float(option == "a")
        path = option if option == "unanswered" else f"options/{option}"
        add(found, [ItemScore("q", x, 1, (path,)), ItemScore("other", other, 3)])
        totals.append((x + 3 * other) / 4)
    table = {row.path: row for row in item_figures(found.items["q"]).options}
    assert {path: row.count for path, row in table.items()} == {
        ("unanswered" if option == "unanswered" else f"options/{option}"): count
        for option, count in Counter(chosen).items()
    }
    for option in "abc":
        row = table[f"options/{option}"]
        took = [float(each == option) for each in chosen]
        assert row.share == pytest.approx(second.mean(took))
        assert row.mean_total == pytest.approx(second.mean([t for t, c in zip(totals, took, strict=True) if c]))
        assert row.discrimination == pytest.approx(second.correlation(took, totals))
    remove(found, [ItemScore("q", 0.0, 1, ("options/c",)), ItemScore("other", 0, 3)])
    assert "options/c" not in {row.path for row in item_figures(found.items["q"]).options}


def test_an_option_that_all_chose_tells_nothing():
    found = empty()
    for other in (0.0, 1.0):
        add(found, [ItemScore("q", 1, 1, ("options/a", "options/a")), ItemScore("other", other, 1)])
    (row,) = item_figures(found.items["q"]).options
    assert (row.count, row.share, row.discrimination) == (2, 1, None)
