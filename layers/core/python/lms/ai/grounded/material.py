"""A source text made ready for use: its units (sentences with what belongs to them) and its sections."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from lms.ai.grounded.language import function_words, language_of
from lms.ai.grounded.text import Piece, Range, pieces, plain, sentences
from lms.ai.grounded.words import stem, stems, word_count, words
from lms.ai.instructions import instructs, passages
from lms.ai.models import Source

LEAST_WORDS = 60
"""A lesson with fewer words has no room for a summary, its terms and questions."""

# Headings become titles, which hold none; texts pasted from a terminal do.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Heading:
    level: int
    title: str
    start: int


@dataclass(frozen=True)
class Unit:
    """A sentence, with the headings before it and the code or tables around it: what splitting never breaks.

    ``body`` is where the unit begins after its headings; ``stems`` are all words of the sentence in order.
    """

    body: int
    end: int
    sentence: Range
    words: int
    stems: tuple[str, ...]
    headings: tuple[Heading, ...]
    opens_paragraph: bool

    @property
    def start(self) -> int:
        return self.headings[0].start if self.headings else self.body


@dataclass(frozen=True, eq=False)
class Document:
    """A source with its units. ``ignored`` are stems without a topic of their own, ``hidden`` the places of orders
    to a machine, of which nothing is made.
    """

    source: Source
    language: str
    ignored: frozenset[str]
    hidden: tuple[Range, ...]
    pieces: tuple[Piece, ...]
    units: tuple[Unit, ...]

    def sentence(self, unit: Unit) -> str:
        return self.source.text[slice(*unit.sentence)]

    def content(self, found: Sequence[str]) -> list[str]:
        """The stems that carry a topic."""
        return [each for each in found if each not in self.ignored and (len(each) > 1 or not each.isascii())]

    @cached_property
    def section_level(self) -> int:
        """Level of the headings that divide the text: the highest of which there are two; 0 without any."""
        levels = Counter(piece.level for piece in self.pieces if piece.kind == "heading")
        return min((level for level, count in levels.items() if count > 1), default=0)


@dataclass(frozen=True, eq=False)
class Segment:
    """Units ``first`` to ``last`` (exclusive) of a document, under one or, after merging, several ``titles``.

    ``part`` tells the segments apart that one section was split into.
    """

    document: Document
    first: int
    last: int
    titles: tuple[str, ...] = ()
    part: str = ""

    @property
    def units(self) -> tuple[Unit, ...]:
        return self.document.units[self.first : self.last]

    @cached_property
    def words(self) -> int:
        return sum(unit.words for unit in self.units)

    @cached_property
    def bag(self) -> Counter[str]:
        """How often each topical stem occurs."""
        return Counter(each for unit in self.units for each in self.document.content(unit.stems))

    def cut(self, first: int, last: int) -> "Segment":
        return Segment(self.document, first, last, self.titles)


@lru_cache(maxsize=8)
def read(source: Source) -> Document:
    """The source's document. Kept, because each lesson and quiz of a course asks for the same ones."""
    parts = tuple(pieces(source.text))
    found = words("\n".join(source.text[p.start : p.end] for p in parts if p.kind in ("prose", "heading")))
    language = language_of(found)
    ignored = frozenset(stem(word) for word in function_words(found, language))
    hidden = passages(source.text)
    return Document(source, language, ignored, hidden, parts, tuple(_units(source.text, parts, hidden)))


def overlaps(place: Range, hidden: Sequence[Range]) -> bool:
    return any(place[0] < end and start < place[1] for start, end in hidden)


def _units(text: str, parts: Sequence[Piece], hidden: Sequence[Range]) -> Iterator[Unit]:
    headings: list[Heading] = []
    waiting: int | None = None
    held: Unit | None = None
    for piece in parts:
        if piece.kind == "heading" and not instructs(piece.label):
            headings.append(Heading(piece.level, plain(_CONTROL.sub(" ", piece.label)), piece.start))
        elif piece.kind == "heading":
            continue
        elif piece.kind != "prose":
            if held and not headings:
                held = replace(held, end=piece.end)
            elif waiting is None:
                waiting = piece.start
        else:
            told = [each for each in sentences(text, piece.start, piece.end) if not overlaps(each, hidden)]
            for number, (start, end) in enumerate(told):
                if held:
                    yield held
                sentence = text[start:end]
                body = start if number or overlaps((piece.start, start), hidden) else piece.start
                held = Unit(
                    body=body if waiting is None else waiting,
                    end=end,
                    sentence=(start, end),
                    words=word_count(sentence),
                    stems=stems(sentence),
                    headings=tuple(headings),
                    opens_paragraph=number == 0,
                )
                headings, waiting = [], None
    if held:
        yield held


def sections(document: Document) -> list[Segment]:
    """The document's headed sections; without headings, all of it. An abstract before them is left out."""
    level, end = document.section_level, len(document.units)
    starts = [
        (index, [h.title for h in unit.headings if h.level <= level][-1])
        for index, unit in enumerate(document.units)
        if level and any(h.level <= level for h in unit.headings)
    ]
    if not starts:
        return [Segment(document, 0, end, _title(document))] if end else []
    lasts = [index for index, _ in starts[1:]] + [end]
    found = [Segment(document, first, last, (title,)) for (first, title), last in zip(starts, lasts, strict=True)]
    if starts[0][0]:
        found.insert(0, Segment(document, 0, starts[0][0]))
    abstract = _abstract_units(document)
    return [segment for segment in found if segment.last > abstract]


def _title(document: Document) -> tuple[str, ...]:
    return tuple(heading.title for heading in document.units[0].headings[-1:])


def _abstract_units(document: Document) -> int:
    """How many units stand before the first section, where they are too few for a lesson of their own."""
    level = document.section_level
    count = next((i for i, unit in enumerate(document.units) if any(h.level == level for h in unit.headings)), 0)
    before = sum(unit.words for unit in document.units[:count])
    total = sum(unit.words for unit in document.units)
    return count if before < 2 * LEAST_WORDS and before * 10 < total else 0


def abstract(document: Document) -> str:
    """What the text says about itself before its first section, on one line; "" without any."""
    return " ".join(plain(document.sentence(unit)) for unit in document.units[: _abstract_units(document)])


def capacity(segments: Sequence[Segment]) -> int:
    """How many lessons the sentences fill."""
    lessons = filled = 0
    for segment in segments:
        for unit in segment.units:
            filled += unit.words
            if filled >= LEAST_WORDS:
                lessons, filled = lessons + 1, 0
    return lessons
