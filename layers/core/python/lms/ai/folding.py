"""One form for texts that a reader takes for the same: for comparing, never for showing."""

import re
import unicodedata
from collections.abc import Iterable

from lms.ai.invisible import visible

# Letters of other scripts that look like Latin ones: the common ones of Unicode's confusables.txt (UTS 39).
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһӏԛԝвкмнтгпαβγεικνορτυχωϲϳ∕⁄‐‑‒–—−’‘ʼ“”„«»",
    'aeopcyxijsdhlqwbkmhtrnabyeikvoptuxwcj//------\'\'\'"""""',
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_NO_LETTERS = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Small letters without accents, on one line; compatible characters made the same."""
    return " ".join(unaccented(visible(text)).casefold().split())


def unaccented(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def without_names(text: str, names: Iterable[str]) -> str:
    """On one line, compatible characters made the same, without titles that stand in it whole. One without a letter
    counts as a title only in quotes: else it may be a figure."""
    plain = _compatible(text)
    for name in filter(None, map(_compatible, names)):
        quoted = rf"[\"“„«‹'‘]{re.escape(name)}[\"”“»›'’]"
        bare = rf"(?<!\w){re.escape(name)}(?!\w)"
        wanted = f"{quoted}|{bare}" if any(map(str.isalpha, name)) else quoted
        plain = re.sub(wanted, " ", plain, flags=re.IGNORECASE)
    return plain


def _compatible(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", visible(text)).split())


def unmasked(folded: str) -> str:
    """With Latin letters for those of other scripts that look like them."""
    return folded if folded.isascii() else folded.translate(_LOOK_ALIKES)


def letters(folded: str) -> str:
    """Its letters alone, with digits and marks that stand for letters turned into them."""
    return _NO_LETTERS.sub("", unmasked(folded).translate(_LEET))
