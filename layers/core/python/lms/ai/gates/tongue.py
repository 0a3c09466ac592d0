"""Whether a text is in the language asked for, as far as its letters and commonest words tell."""

import unicodedata
from collections import Counter

from lms.ai.grounded.language import LANGUAGES, language_of
from lms.ai.grounded.words import words

_ENOUGH_LETTERS = 30
_SCRIPTS = {
    code: frozenset(scripts.upper().split())
    for codes, scripts in {
        "zh": "cjk",
        "ja": "cjk hiragana katakana",
        "ko": "hangul cjk",
        "ru uk be bg mk": "cyrillic",
        "sr kk ky mn uz tg": "cyrillic latin arabic mongolian",
        "ar fa ur ps": "arabic",
        "hi mr ne sa": "devanagari",
        "he yi": "hebrew",
        "el": "greek",
        "th": "thai",
        "lo": "lao",
        "km": "khmer",
        "my": "myanmar",
        "ka": "georgian",
        "hy": "armenian",
        "am ti": "ethiopic",
        "bn": "bengali",
        "ta": "tamil",
        "te": "telugu",
        "ml": "malayalam",
        "kn": "kannada",
        "gu": "gujarati",
        "pa": "gurmukhi arabic",
        "af bs ca cs cy da de en es et eu fi fr ga gl hr hu id is it lt lv ms mt": "latin",
        "nb nl nn no pl pt ro sk sl sq sv sw tl tr vi": "latin",
    }.items()
    for code in codes.split()
}


def problems(text: str, language: str) -> list[str]:
    """Nothing where the text is too short to tell, or the language is one that cannot be told."""
    wanted = language.partition("-")[0]
    scripts = _SCRIPTS.get(wanted, frozenset())
    letters = Counter(_script(char) for char in text if char.isalpha())
    common, count = letters.most_common(1)[0] if letters else ("", 0)
    # More than half, since a text may hold words and formulas of another script.
    if scripts and letters.total() >= _ENOUGH_LETTERS and common not in scripts and count * 2 > letters.total():
        return [f"the text is written in {common.title()} letters, which {language} is not."]
    found = language_of(words(text))
    if found and wanted in LANGUAGES and found != wanted:
        return [f"the text is in {LANGUAGES[found].name}; write in {LANGUAGES[wanted].name}."]
    return []


def _script(char: str) -> str:
    name = unicodedata.name(char, "")
    return name.partition(" ")[0].partition("-")[0]
