"""Points: at most four decimals, added up without binary fractions and rounded once, at the end."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

MOST_POINTS = 10_000
_STEP = Decimal("0.0001")


def decimal(points: float) -> Decimal:
    """As it was written: 0.1 is a tenth."""
    return Decimal(str(points))


def rounded(points: Decimal) -> float:
    """To four decimals, half away from zero."""
    return float(points.quantize(_STEP, ROUND_HALF_UP))


def total(points: Iterable[float]) -> float:
    return rounded(sum(map(decimal, points), Decimal()))


def _few_decimals(points: float) -> float:
    if decimal(points) != decimal(points).quantize(_STEP):
        raise ValueError("has more than four decimals")
    return points


Points = Annotated[
    float, Field(ge=0, le=MOST_POINTS, strict=True, allow_inf_nan=False), AfterValidator(_few_decimals)
]
"""In a request body."""
