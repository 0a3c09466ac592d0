"""A short text against a key with ``*``, as Moodle's short-answer questions compare them."""

import re
import unicodedata

_WILDCARD = re.compile(r"(?<!\\)\*+")


def matches(pattern: str, text: str, *, case_sensitive: bool = False) -> bool:
    """Whether ``text`` is ``pattern``, where ``*`` stands for any characters and ``\\*`` for itself.

    White space counts as one blank, canonically equal spellings are equal. Takes time linear in both texts: after
    a wildcard the first place where the next piece fits is as good as any later one.
    """
    first, *others = [piece.replace(r"\*", "*") for piece in _WILDCARD.split(_plain(pattern, case_sensitive))]
    text = _plain(text, case_sensitive)
    if not others:
        return text == first
    *middle, last = others
    if not text.startswith(first):
        return False
    position = len(first)
    for piece in middle:
        position = text.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return text.endswith(last) and len(text) - len(last) >= position


def example(pattern: str) -> str:
    """A text that matches ``pattern``: … where anything may stand."""
    return _WILDCARD.sub("…", pattern).replace(r"\*", "*")


def _plain(text: str, case_sensitive: bool) -> str:
    """Caseless as the Unicode Standard's D145 compares: case folded between two normalisations."""
    text = " ".join(text.split())
    folded = text if case_sensitive else unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFC", folded)
