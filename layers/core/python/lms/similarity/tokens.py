"""The words of a text in the form in which they are compared, each with its place in the text as written."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from lms.ai.folding import unaccented, unmasked
from lms.ai.invisible import visible

# Scripts that write no spaces: each of their signs is a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")

# The value of what stands where something was left out: it equals nothing, not even itself.
GAP = ""


class Token(NamedTuple):
    """What is compared, and where it stands: ``text[start:end]``."""

    value: str
    start: int
    end: int


class Range(NamedTuple):
    """A part of a text or of a list of tokens: ``start`` is in it, ``end`` is not."""

    start: int
    end: int


def words(text: str) -> list[Token]:
    """In small letters without accents; what cannot be seen is left out, and letters of other scripts that look
    like Latin ones count as these, so that a disguised word equals the plain one."""
    if text.isascii() and visible(text) == text:
        return [Token(found.group(), *found.span()) for found in _WORD.finditer(text.lower())]
    folded = [_folded(char) for char in text]
    places = [place for place, chars in enumerate(folded) for _ in chars]
    return [
        Token(found.group(), places[found.start()], places[found.end() - 1] + 1)
        for found in _WORD.finditer("".join(folded))
    ]


@lru_cache(8192)
def _folded(char: str) -> str:
    return unmasked(unaccented(visible(char)).casefold())


def without(tokens: Sequence[Token], numbers: Iterable[int]) -> list[Token]:
    """The tokens but for those of these numbers, with a gap in the place of each row of them."""
    left_out, kept = set(numbers), list[Token]()
    for number, token in enumerate(tokens):
        if number not in left_out:
            kept.append(token)
        elif kept and kept[-1].value != GAP:
            kept.append(Token(GAP, token.start, token.start))
    return kept


def inside(tokens: Sequence[Token], ranges: Iterable[Range]) -> set[int]:
    """The numbers of the tokens that touch any of the ranges of the text."""
    ordered, place, found = sorted(ranges), 0, set[int]()
    for number, token in enumerate(tokens):
        while place < len(ordered) and ordered[place].end <= token.start:
            place += 1
        if place < len(ordered) and ordered[place].start < token.end:
            found.add(number)
    return found


def runs(tokens: Sequence[Token]) -> list[Range]:
    """The parts between the gaps."""
    edges = [-1, *(number for number, token in enumerate(tokens) if token.value == GAP), len(tokens)]
    return [Range(left + 1, right) for left, right in pairwise(edges) if right > left + 1]
