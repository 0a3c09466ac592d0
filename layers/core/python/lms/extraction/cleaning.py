"""Characters that files hold and texts do not: ligatures, soft hyphens, controls, what fonts draw bullets with."""

import re
import unicodedata

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_SPACES = dict.fromkeys([0x0B, 0x0C, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_BREAKS = {0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_BULLETS = dict.fromkeys([0xF0B7, 0xF0A7, 0xF076, 0xF0D8, 0xF0FC, 0x25CF, 0x25AA, 0x25A0, 0x2023, 0x2043], "•")
_CHARACTERS = str.maketrans({**_LIGATURES, **_SPACES, **_BREAKS, **_BULLETS})
_NONE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e007f]"
)


def clean(text: str) -> str:
    """The text without what cannot be seen in it, breaks of lines as ``\\n``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    return _NONE.sub("", lines.translate(_CHARACTERS))


def line(text: str) -> str:
    """The cleaned text on one line."""
    return " ".join(clean(text).split())
