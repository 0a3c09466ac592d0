"""What a percentage is called: letters, pass and fail, or any other scheme of bands."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from lms.errors import Invalid


class Band(NamedTuple):
    """Begins at ``least`` percent, which belongs to it, and ends where the one before it begins."""

    label: str
    least: Decimal


Scheme = Sequence[Band]
"""Bands from the best to the one that begins at 0."""

LETTERS: Scheme = tuple(
    Band(label, Decimal(least)) for label, least in zip("ABCDF", (90, 80, 70, 60, 0), strict=True)
)
"""The scheme of a course that has set none."""


def letter(percent: Decimal, scheme: Scheme) -> Band:
    """The band of ``percent``, which is rounded as it is shown: who reads 90.00 has the letter of 90.00."""
    return next(band for band in scheme if band.least <= percent)


def checked(scheme: Scheme) -> Scheme:
    """Raise 422 with a pointer to each band that is wrong."""
    if errors := list(_wrong(scheme)):
        raise Invalid("The bands are not a scheme", errors=errors)
    return scheme


def _wrong(scheme: Scheme) -> Iterator[dict[str, str]]:
    seen = set()
    for index, band in enumerate(scheme):
        if band.label.casefold() in seen:
            yield {"pointer": f"/bands/{index}/label", "message": "stands in the scheme twice"}
        seen.add(band.label.casefold())
        if index and band.least >= scheme[index - 1].least:
            yield {"pointer": f"/bands/{index}/least", "message": "is not below the band before it"}
    if not scheme or scheme[-1].least != 0:
        yield {"pointer": f"/bands/{max(0, len(scheme) - 1)}/least", "message": "the last band begins at 0"}
