"""How hard a text is to read."""

import re

from lms.ai.grounded.text import plain, sentences
from lms.ai.grounded.words import word_count
from lms.fields import Difficulty

_LONG = re.compile(r"[^\W\d_]{7,}")

HARDEST = {Difficulty.BEGINNER: 42.0, Difficulty.INTERMEDIATE: 55.0}
"""The LIX up to which a sentence is for readers of a level; for advanced ones there is no limit. Björnsson names 40
for fiction, 50 for newspapers' facts, 60 for official prose; a single sentence swings more than a text."""


def lix(sentence: str) -> float:
    """Words in the sentence, and long ones in a hundred (Björnsson, Läsbarhet, 1968; for European languages alike:
    Readability of Newspapers in 11 Languages, Reading Research Quarterly 18(4), 1983)."""
    said = plain(sentence)
    words = word_count(said)
    return words + 100 * len(_LONG.findall(said)) / words if words else 0.0


def of_text(text: str) -> float:
    """The mean of its sentences."""
    found = [lix(text[start:end]) for start, end in sentences(text, 0, len(text))]
    return sum(found) / len(found) if found else 0.0
