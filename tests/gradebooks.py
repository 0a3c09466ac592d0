"""Gradebooks written in a line.

``8/10`` is a score, ``-/10`` none, ``!/10`` none after the due date, ``?/10`` handed in and not graded, ``ex/10``
excused; ``+3/5`` is extra credit, ``8/10*2`` an item of weight 2, ``8/10#`` one that is never dropped.
"""

import re
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from lms.gradebook.arithmetic import Result, course_grade
from lms.gradebook.categories import Category, Cell, Item

_WRITTEN = re.compile(r"(\+?)(-|!|\?|ex|[\d.]+)/([\d.]+)(?:\*([\d.]+))?(#?)")


class Gradebook(NamedTuple):
    categories: list[Category]
    items: list[Item]
    cells: dict[str, Cell]

    def grade(self, **rest: Any) -> Result:
        return course_grade(*self, **rest)


def gradebook(*written: tuple[float | str, str] | tuple[float | str, str, dict[str, Any]]) -> Gradebook:
    """Each category is its weight, its items and its rules."""
    book = Gradebook([], [], {})
    for weight, items, *rules in written:
        name = f"c{len(book.categories)}"
        never = set()
        for text in items.split():
            extra, score, points, times, held = _WRITTEN.fullmatch(text).groups()
            item = Item(f"i{len(book.items):03}", text, Decimal(points), name, Decimal(times or 1), bool(extra))
            book.items.append(item)
            book.cells[item.id] = _cell(score)
            never |= {item.id} if held else set()
        rule = rules[0] if rules else {}
        book.categories.append(Category(name, name, Decimal(str(weight)), never_drop=frozenset(never), **rule))
    return book


def _cell(score: str) -> Cell:
    if score[0].isdigit():
        return Cell(Decimal(score), submitted=True)
    return Cell(excused=score == "ex", submitted=score == "?", overdue=score == "!")


def any_gradebook(rng: Random, scores: str = "sssss-!?x", extra: bool = True) -> Gradebook:
    """``scores``: what cells are drawn from; s is a score, x excused. ``extra``: with extra credit and items worth
    nothing."""

    def figure(most: int) -> str:
        return str(Decimal(rng.randint(0, most * 10)) / 10)

    def item() -> str:
        drawn = rng.choice(scores)
        score = {"s": figure(30), "x": "ex"}.get(drawn, drawn)
        points = "0" if extra and rng.random() < 0.1 else str(rng.randint(1, 25))
        on_top = "+" if extra and rng.random() < 0.15 else ""
        times = rng.choice(["", "", "*2", "*0.5"])
        return f"{on_top}{score}/{points}{times}{rng.choice(['', '', '', '#'])}"

    def category() -> tuple[str, str, dict[str, Any]]:
        rules = {
            "basis": rng.choice(["points", "percent"]),
            "drop_lowest": rng.choice([0, 0, 1, 2]),
            "drop_highest": rng.choice([0, 0, 0, 1]),
            "missing": rng.choice([None, "zero", "excluded"]),
            "extra_credit": extra and rng.random() < 0.15,
        }
        return figure(50), " ".join(item() for _ in range(rng.randint(0, 7))), rules

    return gradebook(*(category() for _ in range(rng.randint(1, 4))))
