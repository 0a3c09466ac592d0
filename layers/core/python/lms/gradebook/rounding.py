"""The one rounding of a grade. Until then it is an exact fraction."""

from decimal import Decimal
from fractions import Fraction

PLACES = 2
"""Of a percentage."""


def half_up(value: Fraction, places: int = PLACES) -> Decimal:
    """``value``, not below 0, to ``places`` decimals; half a unit of the last is rounded up, as in school."""
    units = value * 10**places
    return Decimal((2 * units.numerator + units.denominator) // (2 * units.denominator)).scaleb(-places)
