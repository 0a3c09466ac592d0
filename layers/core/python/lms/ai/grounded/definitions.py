"""Definitions as they may be quoted in a question."""

import re

from lms.ai.grounded.concepts import Concept
from lms.ai.grounded.distractors import mentions
from lms.ai.grounded.layout import AWKWARD
from lms.ai.grounded.words import stems, word_count

_WORDS = range(4, 31)
_VAGUE = re.compile(r"one of the (?:most|best|\w+est|main|many)\b|.*\b(?:it|them)$")


def quotable(concept: Concept) -> str:
    """What a prompt may quote; "" where the definition is missing, too long, or holds the term itself."""
    said = concept.defined_as
    found = stems(said)
    least = _WORDS.start + (2 if concept.called else 0)
    if (
        word_count(said) not in range(least, _WORDS.stop)
        or mentions(found, concept.stems)
        or AWKWARD.search(said)
        or _VAGUE.match(said)
    ):
        return ""
    first, _, rest = said.partition(" ")
    return f"{first.lower()} {rest}" if stems(first) and not concept.document.content(stems(first)) else said


def gives_away(concept: Concept) -> frozenset[str]:
    """Words of the term that its definition repeats."""
    return frozenset(stems(concept.defined_as)) & frozenset(concept.document.content(concept.stems))


def is_option(concept: Concept) -> bool:
    """Whether the definition stands as an option: a phrase after 'is', without marks."""
    if concept.definition is None or concept.called:
        return False
    raw = concept.document.source.text[slice(*concept.definition)]
    return "**" not in raw and "__" not in raw and bool(quotable(concept))
