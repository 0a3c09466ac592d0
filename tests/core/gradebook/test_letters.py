"""Letters and other schemes of bands."""

from decimal import Decimal

import pytest

from lms.errors import Invalid
from lms.gradebook.letters import LETTERS, Band, Scheme, checked, letter


def scheme(**bands: str) -> Scheme:
    return [Band(label, Decimal(least)) for label, least in bands.items()]


PASS_FAIL = scheme(Pass="50", Fail="0")


@pytest.mark.parametrize(
    ("percent", "bands", "label"),
    [
        ("100", LETTERS, "A"),
        ("112.5", LETTERS, "A"),
        ("90", LETTERS, "A"),
        ("89.99", LETTERS, "B"),
        ("60.00", LETTERS, "D"),
        ("59.99", LETTERS, "F"),
        ("0", LETTERS, "F"),
        ("50.00", PASS_FAIL, "Pass"),
        ("49.99", PASS_FAIL, "Fail"),
        ("66.66", scheme(high="66.67", low="0"), "low"),
        ("3", scheme(all="0"), "all"),
    ],
)
def test_a_band_begins_with_its_least_percentage(percent: str, bands: Scheme, label: str):
    assert letter(Decimal(percent), bands).label == label


@pytest.mark.parametrize(
    ("bands", "pointers"),
    [
        ([], ["/bands/0/least"]),
        (scheme(A="90"), ["/bands/0/least"]),
        (scheme(A="90", B="90", C="0"), ["/bands/1/least"]),
        (scheme(A="80", B="90", C="0"), ["/bands/1/least"]),
        (scheme(A="90", a="50", C="10"), ["/bands/1/label", "/bands/2/least"]),
    ],
)
def test_what_is_no_scheme(bands: Scheme, pointers: list[str]):
    with pytest.raises(Invalid) as refused:
        checked(bands)
    assert [error["pointer"] for error in refused.value.errors] == pointers


def test_schemes():
    assert checked(LETTERS) and checked(PASS_FAIL)
