"""Whether a sentence stands in a text, marks of emphasis, letter case and line breaks aside."""

import re


def bare(text: str) -> str:
    """The text for comparing."""
    return " ".join(re.sub(r"[*_`]+", "", text).split()).casefold()


def stands_in(sentence: str, text: str) -> bool:
    return bare(sentence) in bare(text)
