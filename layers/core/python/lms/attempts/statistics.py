"""Item analysis by classical test theory, from sums that each scored attempt is added to, or taken from again.

Nothing is read to add an attempt: ``increments`` gives the steps of one MongoDB ``$inc`` per document. There are
three kinds of document, all holding numbers alone:

- the quiz's: ``n``, ``t``, ``tt`` (count, sum, sum of squares of the totals), ``histogram``;
- one for each item: the sums of x, its score, with y, the total (``total``) and the rest (``rest``), each as ``n``,
  ``x``, ``xx``, ``y``, ``yy``, ``xy``; ``histogram`` (by total: ``n``, ``x``); ``options`` (by what was chosen:
  ``n``, ``t``);
- one for each form, that is for each set of items that learners had alike: ``n``, ``t``, ``tt``, and ``items``: the
  ``x``, ``xx`` of each. Cronbach's alpha compares the items' variances with their total's and has no meaning over
  learners with different items; so it is a form's. Where each learner draws a set of their own, it stays undefined.

Scores and totals are shares, 0 to 1: x of the item's points, totals and rests of the points of all items or of the
other ones; within a form x is in shares of the form's points, so that the x of a learner add up to their total.
Histograms count totals in whole percents. A figure that is not defined is None.
"""

import hashlib
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lms.attempts.models.figures import ItemFigures, OptionFigures, QuizFigures

Sums = dict[str, Any]
"""A document, as ``$inc`` builds it up."""

KELLEY = 0.27
_NEGLIGIBLE = 1e-9
_ROUNDING = 1e-15


class ItemScore(NamedTuple):
    """``fraction`` of ``points`` earned, 0 to 1; ``chosen``: the paths that ``scoring.Result`` names."""

    item: str
    fraction: float
    points: float
    chosen: tuple[str, ...] = ()


class Increments(NamedTuple):
    """What to ``$inc``, by dotted field."""

    quiz: dict[str, float]
    items: dict[str, dict[str, float]]
    form_id: str
    form: dict[str, float]


def increments(scores: Sequence[ItemScore], sign: int = 1) -> Increments:
    """The steps that add one attempt, or with ``sign`` -1 take it out again: then ``scores`` must be those that
    were added. Give one attempt of a learner, wholly graded, with at least one item; each item has points."""
    points = math.fsum(score.points for score in scores)
    earned = math.fsum(score.points * score.fraction for score in scores)
    total = earned / points
    squares = {"n": 1.0, "t": total, "tt": total * total}
    quiz = squares | {f"histogram.{_percent(total)}": 1.0}
    items = {score.item: _item_steps(score, total, earned, points) for score in scores}
    form = dict(squares)
    for score in scores:
        x = score.fraction * score.points / points
        form |= {f"items.{score.item}.x": x, f"items.{score.item}.xx": x * x}
    return Increments(
        _signed(quiz, sign),
        {item: _signed(steps, sign) for item, steps in items.items()},
        form_id(scores),
        _signed(form, sign),
    )


def form_id(scores: Sequence[ItemScore]) -> str:
    """The same for attempts with the same items at the same points, in whatever order."""
    items = sorted(f"{score.item}:{score.points!r}" for score in scores)
    return hashlib.sha256("\n".join(items).encode()).hexdigest()[:24]


def _item_steps(score: ItemScore, total: float, earned: float, points: float) -> dict[str, float]:
    steps = _products("total", score.fraction, total)
    if points - score.points > 0:
        rest = (earned - score.points * score.fraction) / (points - score.points)
        steps |= _products("rest", score.fraction, rest)
    percent = _percent(total)
    steps |= {f"histogram.{percent}.n": 1.0, f"histogram.{percent}.x": score.fraction}
    for path in dict.fromkeys(score.chosen):
        steps |= {f"options.{path}.n": 1.0, f"options.{path}.t": total}
    return steps


def _products(name: str, x: float, y: float) -> dict[str, float]:
    sums = {"n": 1.0, "x": x, "xx": x * x, "y": y, "yy": y * y, "xy": x * y}
    return {f"{name}.{field}": value for field, value in sums.items()}


def _percent(total: float) -> int:
    return round(100 * total)


def _signed(steps: Mapping[str, float], sign: int) -> dict[str, float]:
    return {field: sign * step for field, step in steps.items()}


@dataclass(slots=True)
class Statistics:
    """The documents of one quiz, kept in memory: for a recount from the attempts."""

    quiz: Sums
    items: dict[str, Sums]
    forms: dict[str, Sums]


def empty() -> Statistics:
    return Statistics({}, {}, {})


def add(statistics: Statistics, scores: Sequence[ItemScore]) -> None:
    _apply(statistics, increments(scores))


def remove(statistics: Statistics, scores: Sequence[ItemScore]) -> None:
    """The inverse of ``add``, but for rounding in the last digits."""
    _apply(statistics, increments(scores, -1))


def _apply(statistics: Statistics, steps: Increments) -> None:
    increase(statistics.quiz, steps.quiz)
    increase(statistics.forms.setdefault(steps.form_id, {}), steps.form)
    for item, item_steps in steps.items.items():
        increase(statistics.items.setdefault(item, {}), item_steps)


def increase(sums: Sums, steps: Mapping[str, float]) -> None:
    """What MongoDB's ``$inc`` does."""
    for field, step in steps.items():
        *outer, last = field.split(".")
        place = sums
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = place.get(last, 0) + step


def quiz_figures(quiz: Sums, form: Sums | None = None) -> QuizFigures:
    """Figures of the totals, and the reliability over one form, best the largest."""
    count = _count(quiz)
    spread = _spread(count, quiz.get("t", 0.0), quiz.get("tt", 0.0))
    return QuizFigures(
        count=count,
        mean=quiz["t"] / count if count else None,
        deviation=math.sqrt(spread / (count - 1)) if count > 1 else None,
        form_count=_count(form or {}),
        alpha=alpha(form or {}),
        standard_error=standard_error(form or {}),
    )


def alpha(form: Sums) -> float | None:
    """Cronbach's alpha (Psychometrika 16, 1951), which Moodle calls coefficient of internal consistency:
    k/(k-1) · (1 - Σ var(xᵢ) / var(t)). Below 0 where items run against each other. None for fewer than two items or
    learners, or where all have the same total."""
    count, items = _count(form), form.get("items", {})
    if count < 2 or len(items) < 2:
        return None
    total = _spread(count, form["t"], form["tt"])
    if not total:
        return None
    parts = math.fsum(_spread(count, item["x"], item["xx"]) for item in items.values())
    return len(items) / (len(items) - 1) * (1 - parts / total)


def standard_error(form: Sums) -> float | None:
    """The standard error of measurement, sd(t) · √(1 - alpha) (Lord & Novick 1968), as a share of the form's
    points."""
    reliability = alpha(form)
    if reliability is None:
        return None
    count = _count(form)
    return math.sqrt(_spread(count, form["t"], form["tt"]) / (count - 1) * max(0.0, 1 - reliability))


def item_figures(item: Sums) -> ItemFigures:
    """``difficulty`` is the mean share of the points (Moodle's facility index), ``item_total`` the point-biserial
    correlation with the total, which holds the item itself, ``item_rest`` the corrected one, with the rest
    (Henrysson, Psychometrika 28, 1963); for items with parts they are Pearson's r."""
    total, rest = item.get("total", {}), item.get("rest", {})
    count = _count(total)
    return ItemFigures(
        count=count,
        difficulty=total["x"] / count if count else None,
        item_total=_correlation(total),
        item_rest=_correlation(rest),
        upper_lower=upper_lower(item.get("histogram", {})),
        options=_option_figures(item.get("options", {}), total),
    )


def upper_lower(histogram: Mapping[Hashable, Mapping[str, float]]) -> float | None:
    """The mean score of the 27 % of learners with the best totals, less that of the 27 % with the least (Kelley,
    Journal of Educational Psychology 30, 1939). Of those whose equal totals lie on the border the needed share
    counts: what choosing among them by lot gives on average. None where all have the same total."""
    rows = [(int(str(percent)), row["n"], row["x"]) for percent, row in histogram.items() if row["n"] >= 0.5]
    if len(rows) < 2:
        return None
    rows.sort()
    size = KELLEY * sum(n for _, n, _ in rows)
    return (_of_first(rows[::-1], size) - _of_first(rows, size)) / size


def _of_first(rows: Sequence[tuple[int, float, float]], size: float) -> float:
    """The sum of the scores of the first ``size`` learners."""
    found = 0.0
    for _, n, x in rows:
        taken = min(n, size)
        found += x * taken / n
        size -= taken
    return found


def _option_figures(options: Mapping[str, Mapping[str, float]], total: Mapping[str, float]) -> list[OptionFigures]:
    count = _count(total)
    return [
        OptionFigures(
            path=path,
            count=_count(row),
            share=_count(row) / count,
            mean_total=row["t"] / _count(row),
            discrimination=_correlation({**total, "x": row["n"], "xx": row["n"], "xy": row["t"]}),
        )
        for path, row in sorted(options.items())
        if _count(row)
    ]


def _count(sums: Mapping[str, float]) -> int:
    return round(sums.get("n", 0))


def _correlation(sums: Mapping[str, float]) -> float | None:
    count = _count(sums)
    if count < 2:
        return None
    spread_x, spread_y = _spread(count, sums["x"], sums["xx"]), _spread(count, sums["y"], sums["yy"])
    if not spread_x or not spread_y:
        return None
    joint = sums["xy"] - sums["x"] * sums["y"] / count
    return min(1.0, max(-1.0, joint / math.sqrt(spread_x * spread_y)))


def _spread(count: int, sum_: float, squares: float) -> float:
    """Σ(x - x̄)²; 0 where it is no more than what rounding may leave of equal values."""
    if count < 2:
        return 0.0
    spread = squares - sum_ * sum_ / count
    return spread if spread > _NEGLIGIBLE + _ROUNDING * count * squares else 0.0
