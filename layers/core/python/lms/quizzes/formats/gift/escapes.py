"""The characters that have a meaning in GIFT, and the backslash before them that takes it away."""

import re

_SPECIAL = "~=#{}:n\\"
_ESCAPED = re.compile(r"\\([~=#{}:n\\])")
_HIDDEN = {character: chr(number) for number, character in enumerate(_SPECIAL, 1)}
_SHOWN = str.maketrans({hidden: "\n" if shown == "n" else shown for shown, hidden in _HIDDEN.items()})
_ESCAPES = str.maketrans({character: "\\" + character for character in "~=#{}:\\"} | {"\n": "\\n"})


def hide(text: str) -> str:
    """Escaped characters as control characters, which no file may hold: what is left has its meaning."""
    return _ESCAPED.sub(lambda escaped: _HIDDEN[escaped[1]], text)


def show(text: str) -> str:
    return text.translate(_SHOWN)


def escape(text: str) -> str:
    return text.translate(_ESCAPES)
