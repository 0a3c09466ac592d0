"""What two honest documents may share: quotes, references, the task's own text, phrases that many use."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

from lms.similarity.fingerprints import Thresholds, grams
from lms.similarity.tokens import Range, Token, inside, words

# A longer quote is compared as all else; and where most of a text is quotes, quoting is no excuse.
_LONGEST_QUOTE_WORDS = 100
_MOST_QUOTED = 0.5
_QUOTE = re.compile(
    r"“[^“”]+”|„[^„“”]+[“”]|«[^«»]+»|»[^«»]+«|‹[^‹›]+›"
    r"|(?<!\w)\"(?=\S)(?:[^\"\n]|\n(?!\s*\n))+\"(?!\w)"
    r"|^[ \t]*>[^\n]*(?:\n[ \t]*>[^\n]*)*",
    re.MULTILINE,
)
_REFERENCES = re.compile(
    r"^(?:[^\w\n]|[\d_])*(?:references|bibliography|works cited|list of references|literature(?: cited)?|sources"
    r"|literatur(?:verzeichnis)?|quellen(?:verzeichnis)?|bibliographie|références|bibliografía|referencias)[^\w\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADING = re.compile(r"^#{1,6}\s|^appendix\b|^anhang\b|^annexe\b", re.IGNORECASE | re.MULTILINE)
_REFERENCE = re.compile(r"\b(?:1[5-9]|20)\d\d\b|https?://|\bdoi\b|^\s*\[\d+\]", re.IGNORECASE)
_LEAST_REFERENCES = 1 / 3

# What many share is a phrase where it is short; a long passage that many share, many have copied.
LONGEST_PHRASE = {"text": 25, "code": 60}


def quotes(text: str, tokens: Sequence[Token]) -> list[Range]:
    """Of a text and its words."""
    found = [Range(*match.span()) for match in _QUOTE.finditer(text)]
    short = [each for each in found if len(words(text[each.start : each.end])) <= _LONGEST_QUOTE_WORDS]
    return short if len(inside(tokens, short)) <= _MOST_QUOTED * len(tokens) else []


def references(text: str) -> list[Range]:
    """From a heading of that name to the next heading, where enough of its lines have a year, an address or a
    number in brackets: other text under such a heading is compared."""
    headings = list(_REFERENCES.finditer(text))
    ends = sorted({match.start() for match in (*headings, *_HEADING.finditer(text))} | {len(text)})
    found = []
    for heading in headings:
        part = Range(heading.start(), ends[bisect_right(ends, heading.start())])
        lines = [line for line in text[heading.end() : part.end].splitlines() if line.strip()]
        if lines and sum(bool(_REFERENCE.search(line)) for line in lines) >= _LEAST_REFERENCES * len(lines):
            found.append(part)
    return found


def of_template(tokens: Sequence[Token], template: Sequence[Token], thresholds: Thresholds, kind: str) -> set[int]:
    """The numbers of the tokens that stand in a k-gram of the template."""
    given = {gram.hash for gram in grams(template, thresholds.noise, kind)}
    return _covered(tokens, given, thresholds, kind) if given else set()


def phrases(
    tokens: Sequence[Token], common: Collection[int], thresholds: Thresholds, kind: str, longest: int
) -> set[int]:
    """The numbers of the tokens that stand in k-grams of these hashes, unless more than ``longest`` in a row do."""
    covered = _covered(tokens, common, thresholds, kind) if common else set()
    return {number for row in _rows(covered) if row.end - row.start <= longest for number in range(*row)}


def _covered(tokens: Sequence[Token], hashes: Collection[int], thresholds: Thresholds, kind: str) -> set[int]:
    found = (gram.place for gram in grams(tokens, thresholds.noise, kind) if gram.hash in hashes)
    return {number for place in found for number in range(place, place + thresholds.noise)}


def _rows(numbers: Collection[int]) -> Iterator[Range]:
    """The numbers as ranges of neighbours."""
    start = last = -2
    for number in sorted(numbers):
        if number != last + 1:
            if start >= 0:
                yield Range(start, last + 1)
            start = number
        last = number
    if start >= 0:
        yield Range(start, last + 1)
