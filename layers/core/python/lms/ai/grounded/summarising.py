"""A lesson made of what the text says: its best sentences first, then the text itself, piece by piece."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lms.ai.grounded.concepts import Concept, concepts_of, display
from lms.ai.grounded.leaning import points_back
from lms.ai.grounded.material import Document, Unit, overlaps, read
from lms.ai.grounded.text import Piece, Range, sentences
from lms.ai.grounded.words import stems, word_count
from lms.ai.models import Block, KeyTerm, Lesson, LessonPlan, Source, Span

_SUMMARY_WORDS = 60
_BLOCK_WORDS = 220
_CHUNK_WORDS = 120
_TERMS = 12


def lesson(plan: LessonPlan, sources: Sequence[Source]) -> Lesson:
    """The lesson that the plan's spans hold. Every block is its span, word for word."""
    by_id = {source.id: read(source) for source in sources}
    inside = [(by_id[span.source_id], span) for span in plan.spans]
    content = [block for document, span in inside for block in _blocks(document, span)]
    summary = _summary(plan, inside)
    all_of_it = [block.source for block in content] == [summary.source]
    return Lesson(blocks=[summary] if all_of_it else [summary, *content], key_terms=_key_terms(inside))


def units_in(document: Document, span: Span) -> list[Unit]:
    return [u for u in document.units if span.start <= u.sentence[0] and u.sentence[1] <= span.end]


def _summary(plan: LessonPlan, inside: Sequence[tuple[Document, Span]]) -> Block:
    """One or two sentences that follow each other, from the part that says most about the lesson."""
    units = [(document, units_in(document, span)) for document, span in inside]
    weights = Counter(w for document, found in units for u in found for w in document.content(u.stems))
    found = [
        (score, number, document, place)
        for number, (document, each) in enumerate(units)
        for score, place in [_best(document, each, weights, frozenset(stems(plan.title)))]
    ]
    _, _, document, place = max(found, key=lambda each: (each[0], -each[1]))
    return _block(document, place)


def best_run(document: Document, units: Sequence[Unit]) -> tuple[Range, str]:
    """The one or two neighbouring sentences that say most about the units, and their text."""
    weights = Counter(word for unit in units for word in document.content(unit.stems))
    _, (start, end) = _best(document, units, weights, frozenset(stems(document.source.title)))
    return (start, end), document.source.text[start:end]


def _best(
    document: Document, units: Sequence[Unit], weights: Counter[str], title: frozenset[str]
) -> tuple[float, Range]:
    scores = [worth(document, unit, weights, title) for unit in units]
    runs = [(score, number, number) for number, score in enumerate(scores)]
    for number in range(len(units) - 1):
        one, other = units[number], units[number + 1]
        between = (one.sentence[1], other.sentence[0])
        joined = not other.opens_paragraph and not other.headings and not overlaps(between, document.hidden)
        if joined and one.words + other.words <= _SUMMARY_WORDS:
            leaning = points_back(document.sentence(one))
            runs.append((0.0 if leaning else scores[number] + 0.6 * scores[number + 1], number, number + 1))
    score, first, last = max(runs, key=lambda run: (run[0], -run[1]))
    return score, (units[first].sentence[0], units[last].sentence[1])


def worth(document: Document, unit: Unit, weights: Counter[str], title: frozenset[str]) -> float:
    """How much a sentence says of what the lesson speaks of, by the mean weight of its words.

    The centroid of Radev et al., Centroid-based summarization of multiple documents, IPM 40(6), 2004, damped for
    length; a definition of the title's words comes first, a sentence that leans on others last.
    """
    said = dict.fromkeys(document.content(unit.stems))
    if not said or unit.words > _SUMMARY_WORDS:
        return 0.0
    mean = sum(math.log1p(weights[word]) for word in said) / math.sqrt(len(said) + 4)
    named = len(title & said.keys()) / max(1, len(title))
    value = mean * (1 + named)
    return value * 0.3 if points_back(document.sentence(unit)) or unit.words < 6 else value


def _block(document: Document, place: Range, kind: str = "prose", language: str = "") -> Block:
    start, end = place
    return Block(
        kind="code" if kind == "code" else "markdown",
        text=document.source.text[start:end],
        language=language or None,
        source=Span(source_id=document.source.id, start=start, end=end),
    )


def _blocks(document: Document, span: Span) -> Iterator[Block]:
    for piece in document.pieces:
        for start, end in _shown(document, max(piece.start, span.start), min(piece.end, span.end)):
            if piece.kind == "code":
                yield _block(document, (start, end), "code", piece.label)
            elif piece.kind == "prose":
                for place in _readable(document, piece, (start, end)):
                    yield _block(document, place)
            else:
                yield _block(document, (start, end))


def _shown(document: Document, start: int, end: int) -> Iterator[Range]:
    """What is left of the place without the orders that it hides, where that says anything."""
    text, hidden = document.source.text, [each for each in document.hidden if start < each[1] and each[0] < end]
    cuts = [start, *(cut for place in hidden for cut in place), end]
    for first, last in zip(cuts[::2], cuts[1::2], strict=True):
        said = text[first:last] if first < last else ""
        if not (re.search(r"\w", said) if hidden else said.strip()):
            continue
        yield (first + len(said) - len(said.lstrip()), first + len(said.rstrip())) if hidden else (first, last)


def _readable(document: Document, piece: Piece, place: Range) -> list[Range]:
    """A paragraph too long to read in one go is cut between sentences."""
    start, end = place
    if word_count(document.source.text[start:end]) <= _BLOCK_WORDS:
        return [place]
    cuts, filled = [start], 0
    found = sentences(document.source.text, start, end)
    for (a, b), following in zip(found, [*found[1:], (end, end)], strict=True):
        filled += word_count(document.source.text[a:b])
        if filled >= _CHUNK_WORDS and following[0] < end:
            cuts.append(following[0])
            filled = 0
    text = document.source.text
    pairs = zip(cuts, [*cuts[1:], end], strict=True)
    return [(a, a + len(text[a:b].rstrip())) for a, b in pairs]


def _key_terms(inside: Sequence[tuple[Document, Span]]) -> list[KeyTerm]:
    terms = []
    for document, span in inside:
        for concept in concepts_of(document.source):
            place = document.units[concept.unit].sentence
            if span.start <= place[0] and place[1] <= span.end and not concept.quality:
                terms.append(key_term(concept))
    return terms[:_TERMS]


def key_term(concept: Concept) -> KeyTerm:
    """The definition, or else the whole sentence that introduces the term."""
    document = concept.document
    start, end = concept.definition or document.units[concept.unit].sentence
    return KeyTerm(
        term=display(concept, upper=False),
        definition=document.source.text[start:end],
        source=Span(source_id=document.source.id, start=start, end=end),
    )
