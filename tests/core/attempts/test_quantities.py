"""Numbers as people type them."""

import math
from random import Random

import pytest

from lms.attempts.quantities import quantity
from lms.quizzes.contents import Unit

UNITS = [
    Unit(name=name, multiplier=factor)
    for name, factor in [("m", 1), ("km", 1000), ("mW", 0.001), ("MW", 1e6), ("m²", 2), ("Ω", 3), ("m / s", 4)]
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("-1.5", -1.5),
        ("−1,5", -1.5),
        ("+1,5", 1.5),
        (".5", 0.5),
        (",5", 0.5),
        ("5.", 5),
        ("5,", 5),
        ("1,234", 1.234),
        ("1.234", 1.234),
        ("1 234", 1234),
        ("1 234 567,8", 1234567.8),
        ("1\u00a0234.5", 1234.5),
        ("1\u202f234", 1234),
        ("1'234.5", 1234.5),
        ("0.123 456", 0.123456),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("-1,234,567.89", -1234567.89),
        ("1e3", 1000),
        ("1,5E-3", 0.0015),
        ("1.5 x 10^3", 1500),
        ("1.5×10^-3", 0.0015),
        ("2*10**2", 200),
        ("2·10^2", 200),
        ("1e-400", 0),
        ("٣", 3),
        ("5 m", 5),
        ("5km", 5000),
        ("1e3 km", 1e6),
        ("2 mW", 0.002),
        ("2 MW", 2e6),
        ("2 m2", 4),
        ("2 \u2126", 6),
        ("2 m/s", 8),
    ],
)
def test_read(text, value):
    assert quantity(text, UNITS) == pytest.approx(value, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "x", "five", "1/2", "1 2", "12 34", "1.2.3", "1,23,4", "1.234,567,8", "1,2.3.4", "12,34.5"),
        *("1e9999", "1e12345", "nan", "inf", "0x10", "--1", "5 kM", "5 Mw", "5 mw", "m", "5 5", "1_000", "1e", "²"),
    ],
)
def test_not_read(text):
    assert quantity(text, UNITS) is None


def test_without_units_none_is_known():
    assert quantity("5") == 5
    assert quantity("5 m") is None


def test_any_text_is_read_or_not():
    rng = Random(3)
    for _ in range(20_000):
        value = quantity("".join(rng.choices("0123456789.,eE+-x×*^ '\u00a0m/²", k=rng.randint(0, 100))), UNITS)
        assert value is None or math.isfinite(value)
