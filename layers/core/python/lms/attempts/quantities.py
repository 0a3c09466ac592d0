"""A number as a person types it: decimal comma or point, thousands in groups, a power of ten, a unit."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lms.quizzes.contents import Unit

_MINUS = str.maketrans("−–", "--")
_GROUP_MARK = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")
_NUMBER = re.compile(
    r"\s*(?P<number>[+-]?(?:\d[\d.,]*|[.,]\d+))"
    r"(?:\s*(?:e|[x×*·]\s*10\s*(?:\^|\*\*))(?P<power>[+-]?\d{1,4}))?"
    r"(?P<unit>.*)",
    re.IGNORECASE | re.DOTALL,
)


def quantity(text: str, units: Sequence[Unit] = ()) -> float | None:
    """The number that ``text`` says, in the unit of the key; None where it says none or carries an unknown unit.

    A single comma is a decimal comma. Where marks tell more (``1,234.5``, ``1.234,5``, ``1,234,567``), the last
    kind is the decimal mark and the other one groups; so reads Moodle's ``qtype_numerical_answer_processor``,
    which knows commas as groups only.
    """
    found = _NUMBER.fullmatch(_GROUP_MARK.sub("", text.translate(_MINUS)))
    digits = _with_decimal_point(found["number"]) if found else None
    if found is None or digits is None:
        return None
    multiplier = _multiplier(found["unit"], units)
    if multiplier is None:
        return None
    value = float(f"{digits}e{found['power'] or 0}") * multiplier
    return value if math.isfinite(value) else None


def _with_decimal_point(number: str) -> str | None:
    marks = re.sub(r"[^.,]", "", number)
    if len(marks) <= 1:
        return number.replace(",", ".")
    group, decimal = marks[0], marks[-1]
    whole, _, part = number.rpartition(decimal) if decimal != group else (number, "", "")
    if group in part or not re.fullmatch(rf"[+-]?\d{{1,3}}(?:\{group}\d{{3}})+", whole):
        return None
    return f"{whole.replace(group, '')}.{part or 0}"


def _multiplier(unit: str, units: Sequence[Unit]) -> float | None:
    name = _unit_name(unit)
    if not name:
        return 1.0
    return next((each.multiplier for each in units if _unit_name(each.name) == name), None)


def _unit_name(text: str) -> str:
    """Two code points for one sign (Ω, µ) are the same and ``m²`` is ``m2``; mW and MW are not."""
    return "".join(unicodedata.normalize("NFKC", text).split())
