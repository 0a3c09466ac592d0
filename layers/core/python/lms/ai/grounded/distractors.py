"""Wrong answers of the same kind as the right one, and never another form of it."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from lms.ai.grounded.concepts import Concept, Glossary, concepts_of
from lms.ai.grounded.material import read
from lms.ai.grounded.words import stem, stems, words
from lms.ai.models import Source

_NEAR = 0.5
_SAME_ROOT = 0.6
_ROOT_LETTERS = 4


def shuffled(options: Iterable[str], seed: str) -> list[str]:
    """An order that looks random and is always the same."""
    return sorted(options, key=lambda option: hashlib.sha256(f"{seed}\0{option}".encode()).digest())


@lru_cache(maxsize=65_536)
def is_form_of(one: str, other: str) -> bool:
    """Whether two terms are one in other clothes: part, plural, abbreviation or another word of the same root."""
    a, b = one.casefold(), other.casefold()
    if a in b or b in a:
        return True
    first, second = stems(one), stems(other)
    if set(first) <= set(second) or set(second) <= set(first):
        return True
    if _abbreviates(a, second) or _abbreviates(b, first):
        return True
    return len(first) == len(second) and all(_same_root(x, y) for x, y in zip(first, second, strict=True))


def _abbreviates(short: str, term: Sequence[str]) -> bool:
    letters = "".join(word[0] for phrase in term for word in re.split(r"[-'’]", phrase) if word)
    return len(letters) > 1 and re.sub(r"\W", "", stem(short)) == letters


def _same_root(one: str, other: str) -> bool:
    same = 0
    for x, y in zip(one, other, strict=False):
        if x != y:
            break
        same += 1
    return one == other or (same >= _ROOT_LETTERS and same >= _SAME_ROOT * max(len(one), len(other)))


_SAYS_THE_SAME = re.compile(
    r"""\b(?:another|other)\ (?:name|word|term)s?\ for\b|\bknown\ as\b|\bshort(?:ened)?\ (?:for|to)\b
    |\b(?:also|sometimes|often|otherwise|formerly)\ (?:called|known|named|written|referred)\b|\babbreviat|\bsynonym
    |\bstands\ for\b|\bi\.e\.|\bthe\ same\ (?:thing\ )?as\b|\bin\ (?:other\ words|short)\b
    |\bauch\b[^.]{0,40}\bgenannt\b|\bd\.h\.|\baussi\ appel|\btambién\ llamad|\banche\ dett|\btambém\ chamad
    |\book\ wel\b""",
    re.IGNORECASE | re.VERBOSE,
)
_IN_BRACKETS = re.compile(r"[\w*]\s+\([^)\s]{1,20}\)")


@lru_cache(maxsize=8)
def synonyms(source: Source) -> frozenset[frozenset[tuple[str, ...]]]:
    """Pairs of terms that one sentence says to be the same."""
    document = read(source)
    glossary = Glossary(concepts_of(source))
    pairs: set[frozenset[tuple[str, ...]]] = set()
    for unit in document.units:
        sentence = document.sentence(unit)
        if _SAYS_THE_SAME.search(sentence) or _IN_BRACKETS.search(sentence):
            said = {glossary.concepts[number].stems for number in glossary.mentions(unit.stems)}
            pairs |= {frozenset((a, b)) for a in said for b in said if a != b}
    return frozenset(pairs)


def mentions(found: Sequence[str], term: Sequence[str]) -> bool:
    """Whether the stems contain the term's stems one after another."""
    size = len(term)
    if not size or term[0] not in found:
        return False
    return any(tuple(found[at : at + size]) == tuple(term) for at in range(len(found) - size + 1))


def could_be_right(answer: Concept, other: Concept) -> bool:
    """Whether a term might answer the same question: another form, a synonym, a kind of it, or defined alike."""
    if is_form_of(answer.term, other.term) or mentions(answer.said, other.stems):
        return True
    if other.term.casefold() in answer.sentence.casefold():
        return True
    pair = frozenset((answer.stems, other.stems))
    if any(pair in synonyms(concept.document.source) for concept in (answer, other)):
        return True
    if mentions(other.said, answer.stems):
        return True
    return overlap(answer, other) >= _NEAR


def overlap(one: Concept, other: Concept) -> float:
    """Share of the topical words of the shorter definition that the other has too, their kind of thing aside."""
    first, second = one.gist - {one.genus}, other.gist - {other.genus}
    least = min(len(first), len(second))
    return len(first & second) / least if least else 0.0


def ranked(answer: Concept, pool: Sequence[Concept], near: frozenset[tuple[str, ...]]) -> list[Concept]:
    """The pool's terms that are wrong for sure, most tempting first; ``near`` are the lesson's terms' stems."""
    found = [
        other
        for other in pool
        if other.quality == answer.quality
        and other.plural == answer.plural
        and are_alike(answer, other)
        and not could_be_right(answer, other)
    ]
    return sorted(found, key=lambda other: (-_kinship(answer, other, near), _jitter(answer.term + other.term)))


def are_alike(one: Concept, other: Concept) -> bool:
    """Whether both are what one may take for the other: explained terms, names, code of one kind, or phrases with a
    word in common at the same place."""
    if one.kind == other.kind == "phrase":
        return any(a == b for a, b in zip(one.stems, other.stems, strict=True))
    if "name" in (one.kind, other.kind):
        return _is_name(one) and _is_name(other) and _is_placed(one) == _is_placed(other)
    return one.kind == other.kind


def _is_name(concept: Concept) -> bool:
    """Whether it is written as one: 'Julius Caesar', but neither 'ATP synthase' nor what has its capital from its
    place."""
    _, *others = concept.term.split()
    return concept.kind == "name" or (not concept.is_common and all(word[0].isupper() for word in others))


@lru_cache(maxsize=4_096)
def _is_placed(concept: Concept) -> bool:
    """Whether the text says of something that it is in or near what the term names, as of places and times."""
    text = concept.document.source.text
    return (
        re.search(
            rf"\b(?:in|at|near|into|around|across|through|to|over)\s+(?:the\s+)?{re.escape(concept.term)}\b", text
        )
        is not None
    )


def _kinship(answer: Concept, other: Concept, near: frozenset[tuple[str, ...]]) -> float:
    return (
        4.0 * bool(answer.genus and other.genus == answer.genus)
        + 3.0 * (answer.kind == other.kind)
        + 1.5 * (kind_of(answer) == kind_of(other))
        + 1.5 * (_shape(answer) == _shape(other))
        + 0.7 * (len(answer.term.split()) == len(other.term.split()))
        + 0.7 * (_ending(answer.term) == _ending(other.term))
        + 1.5 * (other.stems in near)
    )


def kind_of(concept: Concept) -> str:
    """Countable, definite or without an article."""
    article = concept.article.casefold()
    return "a" if article in ("a", "an") else article


@lru_cache(maxsize=4_096)
def _ending(term: str) -> str:
    return (words(term) or [""])[-1][-3:]


@lru_cache(maxsize=4_096)
def _shape(concept: Concept) -> tuple[bool, bool, bool]:
    term = concept.term
    return any(char.isdigit() for char in term), any(char.isupper() for char in term[1:]), concept.is_common


def _jitter(seed: str) -> bytes:
    return hashlib.sha256(seed.encode()).digest()
