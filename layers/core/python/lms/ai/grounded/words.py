"""The words of a text, and what they have in common."""

import re
from functools import lru_cache

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_CHARACTERS_PER_WORD = 2


def words(text: str) -> list[str]:
    """Lower-case words. Scripts without spaces give overlapping pairs of characters."""
    found = [word.removesuffix("'s").removesuffix("’s") for word in WORD.findall(text.casefold())]
    if not _UNSPACED.search(text):
        return found
    return [part for word in found for part in _pairs(word)]


def _pairs(word: str) -> list[str]:
    if len(word) < 3 or not _UNSPACED.search(word):
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]


def word_count(text: str) -> int:
    """How many words there are to read."""
    unspaced = len(_UNSPACED.findall(text))
    if not unspaced:
        return sum(1 for _ in WORD.finditer(text))
    return sum(1 for _ in WORD.finditer(_UNSPACED.sub(" ", text))) + -(-unspaced // _CHARACTERS_PER_WORD)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The singular, by Harman's S-stemmer (How effective is suffixing?, JASIS 42(1), 1991)."""
    if len(word) < 4 or not word.endswith("s"):
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word if word.endswith(("us", "ss", "is")) else word[:-1]


def stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in words(text))
