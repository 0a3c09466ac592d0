"""What a text names without explaining it: proper names, recurring noun phrases, pieces of code."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from lms.ai.grounded.concepts import Concept
from lms.ai.grounded.language import DETERMINER
from lms.ai.grounded.leaning import points_back
from lms.ai.grounded.material import Document, read
from lms.ai.grounded.text import without_code
from lms.ai.grounded.words import stem, stems
from lms.ai.models import Source

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
_CAPITALISED = re.compile(
    r"\b(?!(?:In|At|On|From|By|To|For|With|When|While|After|Before|Until|Since|As|If|The|Near|Under|During)\b)"
    rf"{_CAPITAL}(?: {_CAPITAL}){{0,3}}"
    rf"(?:(?<=[a-zà-ÿ]) (?:of|the|of the|de|di|da|du|van|von) {_CAPITAL}(?: {_CAPITAL})?)?"
)
_PHRASE = re.compile(rf"\b(?P<article>{DETERMINER})\s(?P<phrase>[a-z-]{{3,}}\s[a-z-]{{3,}})(?P<next>\s?[\w.,;:)]+)")
_CODE = re.compile(r"\b(?P<kind>[a-z]{3,})\s+(?P<code>`[^`\s]{2,30}`)(?=[\s,.;:])")
_RECURS = 2


@lru_cache(maxsize=8)
def keywords_of(source: Source) -> tuple[Concept, ...]:
    """Each in a sentence that can stand alone; in the order of the text."""
    found = [*names_of(source), *_phrases(read(source)), *_code(read(source))]
    return tuple(sorted(found, key=lambda each: (each.unit, each.range)))


@lru_cache(maxsize=8)
def names_of(source: Source) -> tuple[Concept, ...]:
    document = read(source)
    found: dict[tuple[str, ...], Concept] = {}
    for index, sentence in _sentences(document):
        for match in _CAPITALISED.finditer(sentence):
            name = _name(document, sentence, match)
            if name:
                concept = _keyword(document, index, match.end() - len(name), name, kind="name")
                found.setdefault(concept.stems, concept)
    return tuple(found.values())


def _sentences(document: Document) -> Iterator[tuple[int, str]]:
    for index, unit in enumerate(document.units):
        sentence = without_code(document.sentence(unit))
        if not points_back(sentence) and "**" not in sentence:
            yield index, sentence


_TIMES = frozenset(
    """January February March April May June July August September October November December Monday Tuesday
    Wednesday Thursday Friday Saturday Sunday Christmas Easter""".split()
)
_DEEDS = frozenset(
    """lost took gave made became began fell rose led fought wrote built sent held kept left met saw stood spoke
    told thought brought bought caught ran sat grew knew drew flew threw broke chose drove rode swore wore won came
    went found forbade""".split()
)


def _name(document: Document, sentence: str, match: re.Match[str]) -> str:
    """The capitalised words without an opening 'The'; "" where they describe a noun or only begin the sentence."""
    found = match.group().split(" ")
    while found and not document.content(stems(found[0])):
        found = found[1:]
    name = " ".join(found)
    inside, adjectives = _capitals(document)
    if (
        name.isupper()
        or _TIMES.issuperset(found)
        or (len(found) == 1 and (name in adjectives or name not in inside))
    ):
        return ""
    return "" if not name or _describes(document, sentence, match) else name


def _describes(document: Document, sentence: str, match: re.Match[str]) -> bool:
    """Whether a noun follows, as in 'Baltic trade': a verb is known by its form only, and not always."""
    following = re.match(r"\s([a-zà-ÿ]+)", sentence[match.end() :])
    if document.language not in ("en", "") or following is None:
        return False
    word = following.group(1)
    return bool(document.content(stems(word))) and word not in _DEEDS and not word.endswith("ed")


_DESCRIBING = re.compile(rf"(?:(?i:\b{DETERMINER})\s({_CAPITAL})|\b({_CAPITAL}(?:an|ish|ese|ic|al)))\s([^\W\d_]+)")


@lru_cache(maxsize=8)
def _capitals(document: Document) -> tuple[frozenset[str], frozenset[str]]:
    """Words with a capital inside a sentence, and those of them that describe a noun, as in 'a Roman victory'."""
    inside: set[str] = set()
    adjectives: set[str] = set()
    for unit in document.units:
        sentence = without_code(document.sentence(unit))
        inside.update(re.findall(rf"(?<=[\w,;] ){_CAPITAL}", sentence))
        for name, formed, noun in _DESCRIBING.findall(sentence):
            if noun.islower() and document.content(stems(noun)):
                adjectives.add(name or formed)
    return frozenset(inside), frozenset(adjectives)


def _phrases(document: Document) -> Iterator[Concept]:
    """Pairs of words that recur after an article and end where a noun does, such as 'the left atrium'."""
    if document.language not in ("en", ""):
        return
    pairs = Counter(
        pair for unit in document.units for pair in zip(unit.stems, unit.stems[1:], strict=False) if all(pair)
    )
    known: set[tuple[str, ...]] = set()
    for index, sentence in _sentences(document):
        for match in _PHRASE.finditer(sentence):
            phrase = match.group("phrase")
            found = stems(phrase)
            recurs = len(document.content(found)) == 2 and pairs[found[0], found[-1]] >= _RECURS
            if recurs and not document.content(stems(match.group("next"))) and found not in known:
                known.add(found)
                yield _keyword(
                    document, index, match.start("phrase"), phrase, kind="phrase", article=match.group("article")
                )


def _code(document: Document) -> Iterator[Concept]:
    """Pieces of code with the word that says what each is, as in 'the method `append`'."""
    known: set[str] = set()
    for index, unit in enumerate(document.units):
        sentence = document.sentence(unit)
        if points_back(sentence):
            continue
        for match in _CODE.finditer(sentence):
            if document.content((stem(match.group("kind")),)) and match.group("code") not in known:
                known.add(match.group("code"))
                yield _keyword(
                    document, index, match.start("code"), match.group("code"), kind=f"code {stem(match['kind'])}"
                )


def _keyword(document: Document, index: int, at: int, term: str, *, kind: str, article: str = "") -> Concept:
    start = document.units[index].sentence[0] + at
    place = (start, start + len(term))
    last = stems(term)[-1:] or ("",)
    plural = not term.strip("`").casefold().endswith(last[0])
    return Concept(
        document=document,
        unit=index,
        term=term,
        range=place,
        marked=place,
        article=article,
        plural=plural and kind != "name",
        kind=kind,
    )
