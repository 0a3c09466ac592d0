"""Making a true sentence false by exchanging one word, number or term for another of the same kind."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lms.ai.grounded.concepts import Concept, display
from lms.ai.grounded.distractors import are_alike, could_be_right, kind_of, mentions, overlap
from lms.ai.grounded.numbers import DIGITS, is_example, other_numbers
from lms.ai.grounded.text import plain

_STRONG = """always never|cannot can|increase decrease|increases decreases|increasing decreasing|increased decreased
before after|minimum maximum|highest lowest|largest smallest|longest shortest|widest narrowest
closest farthest|inside outside|inner outer|upper lower|internal external|forward backward|possible impossible
mutable immutable|acidic alkaline|public private|northern southern
eastern western|faster slower|higher lower|stronger weaker|more less
left right|thicker thinner|above below|older younger|earlier later|hot cold|first last|valid invalid
accepted rejected|legal illegal|north south|east west|top bottom|begins ends|began ended
rises falls|positive negative|odd even|heavier lighter"""
_WEAK = """high low|large small|larger smaller|quickly slowly|longer shorter|wide narrow|wider narrower|strong weak
strongly weakly|bright dim|easier harder|deeper shallower|cheap expensive|abundant scarce
dense sparse"""
_ONE_WAY = {
    "reduces": "increases",
    "lowers": "raises",
    "unordered": "ordered",
    "unlabeled": "labeled",
    "unchanged": "changed",
}


_AFTER_ARTICLE = frozenset("left right first last top bottom positive negative odd even".split())
"""Adjectives whose letters may stand for something else: they count only after an article."""


def _pairs(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in re.split(r"[|\n]", table):
        one, other = pair.split()
        found.setdefault(one, other)
        found.setdefault(other, one)
    return found


STRONG_OPPOSITES = _pairs(_STRONG) | _ONE_WAY
"""Exchanging one of these turns what a sentence says round."""

WEAK_OPPOSITES = _pairs(_WEAK)
"""These are sometimes a matter of degree."""

_NUMBERS = "two three four five six seven eight nine ten twelve".split()
_VAGUE = re.compile(
    r"\b(?:how|as|so|no|not|any|or|than|at|least|most|to|about|roughly|around|between|one|too|even|very|all|can"
    r"|may|might|much|many|more|less|far|nearly|almost|often|usually|soon|long|once|each|every"
    r"|just|right|only|shortly|immediately|and|step|point|figure|table|chapter|version|python|level)\s+$",
    re.IGNORECASE,
)
_FOLLOWED_BADLY = re.compile(
    r"\s*(?:than|or\b|to\s+\d|%?\s*or\b|,?\s*and\s+\w+\s*[,.]|all\b|other\b|example\b|of\s+the|angles?\b|to\s+[a-z])",
    re.IGNORECASE,
)


_ARTICLE = re.compile(r"\b(?:an?|the|its|his|her|their)\s$", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:(?:named|called)\s(?:[\w'’-]+\s){0,3}|(?:look(?:s|ed)?|take[sn]?|took|modeled)\s)$", re.IGNORECASE
)
_EVEN = re.compile(r"\beven (?:if|when|where|for|in)\b", re.IGNORECASE)
_MANY = re.compile(r"\s+(?:[\w-]+\s+)?[a-z]+s\b")


def by_opposite(sentence: str, opposites: Mapping[str, str]) -> Iterator[str]:
    """English sentences with one word turned into its opposite."""
    found = re.findall(r"[a-z-]+", sentence.lower())
    for match in re.finditer(r"\b[a-z]+\b", sentence):
        other = opposites.get(match.group())
        if other is None or found.count(match.group()) > 1 or other in found:
            continue
        if match.group() in _AFTER_ARTICLE and not _ARTICLE.search(sentence[: match.start()]):
            continue
        if match.group() == "cannot" or _clear(sentence, match):
            yield _with_article(sentence[: match.start()], other) + other + sentence[match.end() :]


def _clear(sentence: str, match: re.Match[str]) -> bool:
    """Whether the word stands alone, so that changing it changes what the sentence says and nothing else."""
    inside_code = sentence.count("`", 0, match.start()) % 2
    return not (
        inside_code
        or _EVEN.search(sentence[: match.start()])
        or (match.group() == "more" and _MANY.match(sentence, match.end()))
        or match.group() == "can"
        or (match.group() == "after" and _NAMED.search(sentence[: match.start()]))
        or _VAGUE.search(sentence[: match.start()])
        or _FOLLOWED_BADLY.match(sentence, match.end())
        or sentence[match.end() : match.end() + 1] == "-"
        or sentence[match.start() - 1 : match.start()] == "-"
    )


_COUNTS = re.compile(
    r"\b(?:has|have|had|contains?|requires?|needs?|yields?|produces?|gives?|forms?|uses?|equals?|took|takes?|makes?"
    r"|into|in|was|were|with|all|the|its|their|repeats?|divides?|collects?|hat|haben|besitzt|im\ Jahr|en|nel)\s+$",
    re.IGNORECASE,
)


def by_number(sentence: str) -> Iterator[str]:
    """Sentences with one number changed, where the number counts something and is no mere example."""
    if is_example(sentence):
        return
    for match in DIGITS.finditer(sentence):
        if _counts(sentence, match):
            yield sentence[: match.start()] + other_numbers(match.group())[0] + sentence[match.end() :]
    for match in re.finditer(r"\b(?:two|three|four|five|six|seven|eight|nine)\b", sentence):
        word = match.group()
        other = _NUMBERS[_NUMBERS.index(word) + 1]
        if _counts(sentence, match) and not re.search(rf"\b{other}\b", sentence, re.IGNORECASE):
            yield sentence[: match.start()] + other + sentence[match.end() :]


def _counts(sentence: str, match: re.Match[str]) -> bool:
    alone = len(re.findall(rf"\b{match.group()}\b", sentence, re.IGNORECASE)) == 1
    return alone and _clear(sentence, match) and _COUNTS.search(sentence[: match.start()]) is not None


_SAFE = 0.25


def by_term(concept: Concept, pool: Sequence[Concept]) -> Iterator[str]:
    """The definition given to other terms for the same kind of thing, unless something suggests that it fits them.

    Terms that a text defines as one kind of thing in different words exclude each other, as sisters do; terms of
    different kinds may hide a general and a special one, of which both would be true.
    """
    text = concept.document.source.text
    start, end = concept.document.units[concept.unit].sentence
    for other in pool:
        if kind_of(other) == kind_of(concept) and other.plural == concept.plural and _are_sisters(concept, other):
            opening = concept.marked[0] == start
            name = display(other, upper=opening)
            before, after = text[start : concept.marked[0]], text[concept.marked[1] : end]
            yield plain(_with_article(before, name) + name + after)


def by_name(concept: Concept, pool: Sequence[Concept]) -> Iterator[str]:
    """What is said of one name said of another of its kind, with which the text never names it together."""
    text = concept.document.source.text
    start, end = concept.document.units[concept.unit].sentence
    for other in pool:
        if (
            other.kind == "name"
            and len(other.stems) == len(concept.stems)
            and are_alike(concept, other)
            and not could_be_right(concept, other)
            and not _said_together(concept, other)
        ):
            yield plain(text[start : concept.range[0]] + other.term + text[concept.range[1] : end])


def _are_sisters(concept: Concept, other: Concept) -> bool:
    return (
        other.definition is not None
        and not other.quality
        and bool(concept.genus)
        and other.genus == concept.genus
        and not could_be_right(concept, other)
        and overlap(concept, other) < _SAFE
        and not _said_together(concept, other)
    )


def _said_together(one: Concept, other: Concept) -> bool:
    units = {*one.document.units, *other.document.units}
    return any(mentions(unit.stems, one.stems) and mentions(unit.stems, other.stems) for unit in units)


def _with_article(before: str, name: str) -> str:
    """'a' and 'an' follow the sound that comes next; other words stay."""
    return re.sub(
        r"\b([Aa])n?(\s+)$", lambda m: m.group(1) + ("n" if name[0] in "aeiouAEIOU" else "") + m.group(2), before
    )
