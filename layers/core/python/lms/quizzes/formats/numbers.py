"""Numbers as files write them, back and forth without loss."""

from decimal import Decimal, DecimalException

from lms.quizzes.formats.report import Refused

_LONGEST = 100


def decimal(text: str) -> Decimal:
    """A number; a comma may stand for the point. Raises `Refused`."""
    text = text.strip()
    try:
        if len(text) > _LONGEST:
            raise DecimalException
        found = Decimal(text if "." in text else text.replace(",", "."))
        if not found.is_finite() or abs(found.adjusted()) > 400:
            raise DecimalException
    except DecimalException:
        raise Refused(f"{text[:40]!r} is no number") from None
    return found


def number(text: str) -> float:
    return float(decimal(text))


def whole(text: str) -> int:
    return int(decimal(text))


def written(value: float) -> str:
    return repr(value).removesuffix(".0")


def percent(weight: float) -> str:
    """A weight of 1 is 100 percent."""
    return f"{(Decimal(repr(weight)) * 100).normalize():f}"


def weight(percent: str) -> float:
    return float(decimal(percent) / 100)
