"""What reading a file gives: its text, where in the file each part of it stands, or why there is none."""

import re
from collections.abc import Sequence
from typing import NamedTuple

MOST_PAGES = 2_000
MOST_BYTES = 6_000_000
"""Of the text as UTF-8, and of its places: they are kept in one document of MongoDB, which holds 16 MB."""


class Place(NamedTuple):
    """From character ``start`` on, up to the next place, the text stands on this page and under this heading."""

    start: int
    page: int | None
    heading: str | None


_PLACE_BYTES = 60
"""What a place takes in that document beside its heading."""
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


class Extracted(NamedTuple):
    """``text`` is Markdown: headings, lists, tables and code are marked, all else is paragraphs of one line each.

    ``pages`` is None for formats that know none.
    """

    text: str
    places: tuple[Place, ...]
    pages: int | None
    words: int


def extracted(text: str, places: Sequence[Place], pages: int | None) -> "Extracted":
    """Raise Unreadable: NO_TEXT where there is none, TOO_MUCH_TEXT where it cannot be kept."""
    if len(text.encode()) > MOST_BYTES:
        raise Unreadable("TOO_MUCH_TEXT")
    if sum(_PLACE_BYTES + len((place.heading or "").encode()) for place in places) > MOST_BYTES:
        raise Unreadable("TOO_MUCH_TEXT")
    words = _count_words(text)
    if not words:
        raise Unreadable("NO_TEXT")
    return Extracted(text, tuple(places), pages, words)


def _count_words(text: str) -> int:
    """Of scripts that are written without spaces two characters count as a word."""
    spaced, unspaced = _UNSPACED.subn(" ", text)
    return sum(1 for _ in _WORD.finditer(spaced)) + (unspaced + 1) // 2


_REASONS = {
    "NO_TEXT": "The file holds no text, only pictures of it perhaps. Run it through text recognition (OCR) first.",
    "ENCRYPTED": "The file is protected by a password. Save it without one.",
    "DAMAGED": "The file cannot be read: it is damaged, or not what its type says.",
    "TOO_MANY_PAGES": f"The file has more than {MOST_PAGES} pages. Divide it.",
    "TOO_MUCH_TEXT": f"The file holds more than {MOST_BYTES // 1_000_000} MB of text. Divide it.",
    "TOO_SLOW": "Reading the file takes too long. Save it anew, as plainly as possible, or divide it.",
    "TOO_LARGE": "Reading the file takes too much memory. Save it anew, as plainly as possible, or divide it.",
    "UNSUPPORTED": "Text cannot be taken from files of this type.",
    "EXTRACTION_DIED": "Reading the file failed several times. Save it anew, as plainly as possible.",
}


class Unreadable(Exception):
    """No text can be had from the file. ``reason`` tells its owner why, and what to do."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def reason(self) -> str:
        return _REASONS[self.code]
