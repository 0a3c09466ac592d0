"""Sentences of a text that speak to a machine instead of a reader: orders that somebody hid in a source.

A source stays data whatever it says, by the way a prompt is built. This finds what is worth leaving out of titles,
summaries and questions, and what an answer must not show that it followed. ``orders.txt`` knows the common families
of prompt injection (OWASP Top 10 for LLM Applications 2025, LLM01) in some twenty languages. What it does not know
passes: it is the second line of defence, never the first.
"""

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from lms.ai.folding import fold, letters, unaccented, unmasked
from lms.ai.grounded.text import Range, sentences, without_code

_FOLLOWING = 3
"""So many sentences behind an order, in its paragraph, may be what it orders."""

_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")
_ENCODED = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{20,}={0,2}(?![\w+/=-])")
_HEXADECIMAL = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[\s:]?){12,}(?![0-9A-Fa-f])")
_ESCAPED = re.compile(
    r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{1,6});|%([0-9a-fA-F]{2})|&#(\d{1,7});"
)


def instructs(text: str) -> bool:
    """Whether a sentence or a short text gives orders to a machine, in clear or in a common code."""
    return any(map(_orders, readings(text)))


@lru_cache(maxsize=32)
def passages(text: str) -> tuple[Range, ...]:
    """Where such sentences stand, each with the few behind it in its paragraph, which may be what it orders, and a
    single word before it.
    """
    found: list[Range] = []
    for paragraph in _PARAGRAPH.finditer(text):
        due, shout = 0, None
        for place in sentences(text, *paragraph.span()):
            said = text[slice(*place)]
            due = _FOLLOWING + 1 if instructs(said) else due - 1
            if due > 0:
                found += [shout, place] if shout else [place]
            shout = place if due <= 0 and len(said.split()) == 1 else None
    return tuple(found)


def without_orders(text: str) -> str:
    """The text without these passages."""
    kept, at = [], 0
    for start, end in passages(text):
        kept.append(text[at:start])
        at = end
    return "\n".join([*kept, text[at:]]) if kept else text


class _Orders(NamedTuple):
    orders: tuple[re.Pattern[str], ...]
    markup: tuple[re.Pattern[str], ...]
    words: tuple[str, ...]


@cache
def _known() -> _Orders:
    sections: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("orders.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and line[1:-1].isalpha():
            sections[line[1:-1]] = []
        elif line and not line.startswith("#"):
            sections[list(sections)[-1]].append(unaccented(line))
    parts = {f"<{name}>": part for name, _, part in (line.partition(" = ") for line in sections["parts"])}

    def compiled(section: str) -> tuple[re.Pattern[str], ...]:
        return tuple(
            re.compile(re.sub("|".join(parts), lambda found: parts[found.group()], line))
            for line in sections[section]
        )

    words = sections["words"]
    return _Orders(
        compiled("orders"), compiled("markup"), (*words, *(each for word in words for each in turned(word)))
    )


@lru_cache(maxsize=4_096)
def _orders(text: str) -> bool:
    folded = fold(text)
    said = {folded, unmasked(folded)}
    if any(order.search(each) for each in said for order in _known().orders):
        return True
    # What is taught as code is no markup.
    shown = fold(without_code(text)) if "`" in text else folded
    if any(order.search(shown) for order in _known().markup):
        return True
    spelled = letters(folded)
    return any(word in spelled for word in _known().words)


def turned(text: str) -> tuple[str, str]:
    """The text in rot13, and backwards."""
    return codecs.encode(text, "rot13"), text[::-1]


def readings(text: str) -> Iterator[str]:
    """The text, and what it says in codes that a model reads: escapes, base64, hexadecimal."""
    yield text
    if _ESCAPED.search(text):
        yield _ESCAPED.sub(_unescaped, text)
    for found in _ENCODED.finditer(text):
        yield from _decoded(found.group(), _from_base64)
    for found in _HEXADECIMAL.finditer(text):
        yield from _decoded(found.group(), _from_hexadecimal)


def _unescaped(found: re.Match[str]) -> str:
    *hexadecimal, decimal = found.groups()
    code = int(decimal) if decimal else int(next(filter(None, hexadecimal)), 16)
    return chr(code) if code < 0x110000 else ""


def _from_base64(text: str) -> bytes:
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_" if set(bare) & set("-_") else None)


def _from_hexadecimal(text: str) -> bytes:
    return bytes.fromhex(re.sub(r"[\s:]", "", text))


def _decoded(text: str, decode: Callable[[str], bytes]) -> Iterator[str]:
    try:
        said = decode(text).decode()
    except (ValueError, binascii.Error):
        return
    if "".join(said.split()).isprintable():
        yield said
