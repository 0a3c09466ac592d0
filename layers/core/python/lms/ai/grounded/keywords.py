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

_CAPITALISED = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w'’-]+(?: [A-ZÀ-ÖØ-Þ][\w'’-]+){0,3}")
_NOUN = re.compile(rf"\b(?P<article>{DETERMINER})\s(?P<noun>[^\W\d_]{{4,}})\b(?=\s?(?P<next>\w*))")
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
    for match in _CAPITALISED.finditer(sentence):
        name = _name(document, sentence, match)
        if name:
            yield _keyword(document, index, match.end() - len(name), name, "")
    for match in _NOUN.finditer(sentence):
        noun = match.group("noun")
        recurs = counts[stem(noun.casefold())] >= _RECURS and document.content(stems(noun))
        if recurs and noun.islower() and not document.content(stems(match.group("next"))):
            yield _keyword(document, index, match.start("noun"), noun, match.group("article"))


def _name(document: Document, sentence: str, match: re.Match[str]) -> str:
    """The capitalised words without an opening 'The'; "" where they are an adjective or only begin the sentence."""
    found = match.group().split(" ")
    while found and not document.content(stems(found[0])):
        found = found[1:]
    name = " ".join(found)
    inside, adjectives = _capitals(document)
    if name.isupper() or (len(found) == 1 and (name in adjectives or name not in inside)):
        return ""
    return name


_DESCRIBING = re.compile(rf"(?i:\b{DETERMINER})\s([A-ZÀ-ÖØ-Þ][\w'’-]+)\s([^\W\d_]+)")


@lru_cache(maxsize=8)
def _capitals(document: Document) -> tuple[frozenset[str], frozenset[str]]:
    """Words with a capital inside a sentence, and those of them that describe a noun, as in 'a Roman victory'."""
    inside: set[str] = set()
    adjectives: set[str] = set()
    for unit in document.units:
        sentence = without_code(document.sentence(unit))
        inside.update(re.findall(r"(?<=[\w,;] )[A-ZÀ-ÖØ-Þ][\w'’-]+", sentence))
        for name, noun in _DESCRIBING.findall(sentence):
            if noun.islower() and document.content(stems(noun)):
                adjectives.add(name)
    return frozenset(inside), frozenset(adjectives)


def _keyword(document: Document, index: int, at: int, term: str, article: str) -> Concept:
    start = document.units[index].sentence[0] + at
    place = (start, start + len(term))
    last = stems(term)[-1:] or ("",)
    plural = not term.casefold().endswith(last[0])
    return Concept(
        document=document, unit=index, term=term, range=place, marked=place, article=article, plural=plural
    )
