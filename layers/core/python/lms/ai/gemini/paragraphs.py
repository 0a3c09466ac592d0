"""Source texts as numbered paragraphs: what a prompt shows, what a model cites, and where that stands."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.ai.models import Source, Span

_LONGEST = 1_500
_RUN = re.compile(r"^```.*$(?s:.*?)(?:^```[ \t]*$|\Z)|^(?!```).*\S.*(?:\n(?!```).*\S.*)*", re.MULTILINE)
_BREAK = re.compile(r"(?<=[.!?。！？])\s+|\n")


@dataclass(frozen=True)
class Paragraph:
    """``number`` counts through all sources from 1."""

    number: int
    span: Span
    text: str


def numbered(sources: Sequence[Source]) -> list[Paragraph]:
    """Split at blank lines, code fences kept whole, and over-long runs at their sentences."""
    places = [
        (source, start, end)
        for source in sources
        for run in _RUN.finditer(source.text)
        for start, end in _pieces(source.text, run.start(), run.end())
    ]
    return [
        Paragraph(number, Span(source_id=source.id, start=start, end=end), source.text[start:end])
        for number, (source, start, end) in enumerate(places, start=1)
    ]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST:
        breaks = [found.end() for found in _BREAK.finditer(text, start + 1, start + _LONGEST)]
        cut = breaks[-1] if breaks else start + _LONGEST
        yield start, cut
        start = cut
    yield start, end


def within(paragraphs: Sequence[Paragraph], spans: Sequence[Span]) -> list[Paragraph]:
    """The paragraphs that the spans touch; all where there are no spans."""
    if not spans:
        return list(paragraphs)
    return [paragraph for paragraph in paragraphs if any(_touch(paragraph.span, span) for span in spans)]


def _touch(one: Span, other: Span) -> bool:
    return one.source_id == other.source_id and one.start < other.end and other.start < one.end


def span_of(paragraphs: Sequence[Paragraph], first: int, last: int) -> Span:
    """The place of consecutive paragraphs. Raise ValueError unless all were shown and stand in one source."""
    if first > last:
        raise ValueError(f"paragraphs {first} to {last} run backwards")
    shown = {paragraph.number: paragraph.span for paragraph in paragraphs}
    if missing := [number for number in (first, last) if number not in shown]:
        raise ValueError(f"paragraph {missing[0]} is not among the source paragraphs")
    if any(number not in shown for number in range(first, last)):
        raise ValueError(f"not all of the paragraphs {first} to {last} are among the source paragraphs")
    start, end = shown[first], shown[last]
    if start.source_id != end.source_id:
        raise ValueError(f"paragraphs {first} to {last} stand in different sources")
    return Span(source_id=start.source_id, start=start.start, end=end.end)
