"""Names and recurring nouns, for texts that explain few terms."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from lms.ai.grounded.concepts import Concept
from lms.ai.grounded.language import DETERMINER, points_back
from lms.ai.grounded.material import Document, read
from lms.ai.grounded.text import stem, stems, without_code
from lms.ai.models import Source

_NAME = re.compile(r"(?<=[^\W_][\s])[A-ZÀ-ÖØ-Þ][\w'’-]+(?: [A-ZÀ-ÖØ-Þ][\w'’-]+){0,2}")
_NOUN = re.compile(rf"\b(?P<article>{DETERMINER})\s(?P<noun>[^\W\d_]{{4,}})\b")
_RECURS = 2


@lru_cache(maxsize=8)
def keywords_of(source: Source) -> tuple[Concept, ...]:
    """Each name and recurring noun, in a sentence that can stand alone; in the order of the text."""
    document = read(source)
    counts = Counter(each for unit in document.units for each in unit.stems)
    found: dict[tuple[str, ...], Concept] = {}
    for index in range(len(document.units)):
        for concept in _in_sentence(document, index, counts):
            found.setdefault(concept.stems, concept)
    return tuple(found.values())


def _in_sentence(document: Document, index: int, counts: Counter[str]) -> Iterator[Concept]:
    unit = document.units[index]
    sentence = without_code(document.sentence(unit))
    if points_back(sentence) or "**" in sentence:
        return
    for match in _NAME.finditer(sentence):
        if document.content(stems(match.group())):
            yield _keyword(document, index, match.start(), match.group(), "")
    for match in _NOUN.finditer(sentence):
        noun = match.group("noun")
        if counts[stem(noun.casefold())] >= _RECURS and document.content(stems(noun)):
            yield _keyword(document, index, match.start("noun"), noun, match.group("article"))


def _keyword(document: Document, index: int, at: int, term: str, article: str) -> Concept:
    start = document.units[index].sentence[0] + at
    place = (start, start + len(term))
    last = stems(term)[-1:] or ("",)
    plural = not term.casefold().endswith(last[0])
    return Concept(
        document=document, unit=index, term=term, range=place, marked=place, article=article, plural=plural
    )
