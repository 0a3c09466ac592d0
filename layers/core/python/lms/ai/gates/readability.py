"""Whether English text can be read by whom it is for."""

import re

from lms.ai.grounded.text import sentences
from lms.fields import Difficulty

HARDEST = {Difficulty.BEGINNER: 14.0, Difficulty.INTERMEDIATE: 17.0, Difficulty.ADVANCED: 20.0}
"""School grades: a beginner can finish school and look a term up; from there it goes a degree up."""

_NEAR = 3.0
_ENOUGH_WORDS = 100
_LONGEST_MEAN = 50
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_GROUP = re.compile(r"[aeiouy]+")
_GRADE = re.compile(
    r"\b(?:grade|year|class)\s+(\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)[ -](?:grade|year)\b", re.IGNORECASE
)
_AGE = re.compile(
    r"\b(\d{1,2})[ -]?(?:to|–|-)?[ -]?(\d{1,2})?[ -]year[ -]olds?\b|\baged?\s+(\d{1,2})\b", re.IGNORECASE
)


def problems(text: str, language: str, difficulty: Difficulty, audience: str = "") -> list[str]:
    """What makes the text too hard; nothing where it is not English or too short to tell."""
    if language.partition("-")[0] != "en":
        return []
    grade, most = grade_of(text), hardest(difficulty, audience)
    if grade is None or grade <= most:
        return []
    return [
        f"the text reads at school grade {grade:.1f}, and {audience or difficulty} can be expected to read at most "
        f"grade {most:.0f}; write shorter sentences and plainer words."
    ]


def hardest(difficulty: Difficulty, audience: str = "") -> float:
    """The grade that is near enough: what the audience names ("grade 5", "10-year-olds"), else by difficulty."""
    if named := _GRADE.search(audience):
        return min(float(named[1] or named[2]) + _NEAR, HARDEST[Difficulty.ADVANCED])
    if aged := _AGE.search(audience):
        # Grade 1 begins at six.
        return min(max(float(part) for part in aged.groups() if part) - 5 + _NEAR, HARDEST[Difficulty.ADVANCED])
    return HARDEST[difficulty]


def grade_of(text: str) -> float | None:
    """The Flesch-Kincaid grade, 0.39 words/sentence + 11.8 syllables/word - 15.59; None under 100 words, and where
    hardly a sentence is marked, as in transcripts.

    Kincaid, Fishburne, Rogers and Chissom, Derivation of New Readability Formulas for Navy Enlisted Personnel,
    Research Branch Report 8-75, 1975. Syllables are counted by groups of vowels, without silent endings.
    """
    prose = re.sub(r"^```.*?(?:^```|\Z)|`[^`\n]+`", " ", text, flags=re.DOTALL | re.MULTILINE)
    words, marks = len(_WORD.findall(prose)), len(re.findall(r"[.!?]", prose))
    return hardness(prose) if _ENOUGH_WORDS <= words < _LONGEST_MEAN * marks else None


def hardness(prose: str) -> float:
    """The same of a text of any length: for comparing; 0 without words."""
    words = _WORD.findall(prose)
    count = len(sentences(prose, 0, len(prose))) or 1
    if not words:
        return 0.0
    return 0.39 * len(words) / count + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    small = word.casefold().replace("'", "").replace("’", "")
    bare = small[:-1] if small.endswith("e") and not small.endswith(("le", "ee", "ye")) else small
    bare = re.sub(r"(?<=[^aeiouytd])ed$|(?<=[^aeiouscxzgh])es$", "", bare)
    return max(1, len(_GROUP.findall(bare)))
