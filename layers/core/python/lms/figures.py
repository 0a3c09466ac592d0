"""A figure that the code has computed: what a narrative may speak of."""

from typing import NamedTuple


class Figure(NamedTuple):
    """``value`` in ``unit``, out of or over ``n`` of what it is about. ``label`` is the title of the one thing in
    the course that it is about, "" where it is about more: never a person's name."""

    id: str
    name: str
    value: float
    unit: str
    n: int
    label: str = ""


def mean(values: list[float]) -> float:
    """To one decimal; of at least one."""
    return round(sum(values) / len(values), 1)


def percent(part: int, whole: int) -> float:
    """To one decimal; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0
