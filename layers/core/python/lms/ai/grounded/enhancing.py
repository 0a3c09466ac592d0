"""Work on a lesson's text that takes no word from anywhere but the lesson and its sources: sentences are chosen and
left out, and quoted with their place. Nothing is invented."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from lms.ai.grounded import readability
from lms.ai.grounded.concepts import concepts_of
from lms.ai.grounded.leaning import points_back
from lms.ai.grounded.material import Document, Unit, overlaps, read
from lms.ai.grounded.readability import HARDEST
from lms.ai.grounded.selecting import Laid, lay_out, only
from lms.ai.grounded.summarising import key_term, worth
from lms.ai.grounded.text import Range, plain
from lms.ai.grounded.words import stems
from lms.ai.lesson_texts import Change, Enhancement, LessonText, Task, TextBlock
from lms.ai.models import KeyTerm, Source, Span
from lms.fields import Difficulty

_SHORTENED_TO = 0.5
_SUMMARY_SENTENCES = range(2, 5)
_WORDS_PER_SENTENCE = 200
_ALIKE = 0.5
_TERMS = 20
_LONGEST_EXAMPLE = 80
_LEAST_SHARED = 2
_EXAMPLE = re.compile(
    r"""\b(?:for\ example|for\ instance|e\.g\.|such\ as|an\ example|consider|suppose|imagine|think\ of
    |zum\ Beispiel|z\.\s?B\.|etwa\ (?:ein|der|die|das)|par\ exemple|por\ ejemplo|per\ esempio|por\ exemplo
    |bijvoorbeeld)(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


def enhance(task: Task, lesson: LessonText, sources: Sequence[Source]) -> Enhancement:
    """What can be done by extraction: not ``translate`` and ``alt_text``, which need a model."""
    laid = lay_out(lesson)
    blocks = lesson.parts(task.block_ids)
    match task.action:
        case "rewrite":
            level = task.level or lesson.difficulty
            return Enhancement(changes=[_rewritten(laid, block, level) for block in blocks])
        case "shorten":
            return Enhancement(changes=[_shortened(laid, block) for block in blocks])
        case "expand":
            return Enhancement(changes=list(_expanded(laid, blocks, sources)))
        case "summary":
            return _summarised(laid, lesson, blocks)
        case "key_terms":
            return Enhancement(key_terms=_key_terms(laid, lesson, blocks))
    raise ValueError(f"{task.action} needs a model")


def _rewritten(laid: Laid, block: TextBlock, level: Difficulty) -> Change:
    """For beginners without what is hard to read, for advanced readers without illustrations.

    Sentences that explain a term stay, and of a block that would be left without any, the one easiest to read.
    """
    numbers = laid.numbers(block)
    explaining = {concept.unit for concept in concepts_of(laid.document.source)}
    said = {number: laid.document.sentence(laid.document.units[number]) for number in numbers}
    if level is Difficulty.ADVANCED:
        kept = {number for number in numbers if not _EXAMPLE.search(said[number])}
        why = "It holds no illustrations that advanced readers could do without."
    else:
        fits = {number for number in numbers if readability.lix(said[number]) <= HARDEST[level]}
        kept = fits or {*sorted(numbers, key=lambda number: readability.lix(said[number]))[:1]}
        why = "It holds no sentence that is harder to read than this level allows."
    return _with(laid, block, kept | (explaining & set(numbers)), why)


def _shortened(laid: Laid, block: TextBlock) -> Change:
    """The sentences that say most about the lesson, up to half of the block's words, and one at least."""
    numbers = laid.numbers(block)
    weights = _weights(laid.document, laid.document.units)
    left = _SHORTENED_TO * sum(unit.words for unit in laid.units(numbers))
    kept = set[int]()
    for number in _ranked(laid.document, numbers, weights):
        unit = laid.document.units[number]
        if not kept or unit.words <= left:
            kept.add(number)
            left -= unit.words
    return _with(laid, block, kept, "It is a single sentence, or none: there is nothing to leave out.")


def _with(laid: Laid, block: TextBlock, kept: Collection[int], why: str) -> Change:
    text = only(laid, block, kept)
    changed = bool(text) and text != block.text.strip()
    return Change(block_id=block.id, text=text if changed else block.text, why=None if changed else why)


def _weights(document: Document, units: Sequence[Unit]) -> Counter[str]:
    return Counter(word for unit in units for word in document.content(unit.stems))


def _ranked(document: Document, numbers: Sequence[int], weights: Counter[str]) -> list[int]:
    title = frozenset(stems(document.source.title))
    scores = {number: worth(document, document.units[number], weights, title) for number in numbers}
    return sorted(numbers, key=lambda number: (-scores[number], number))


def _summarised(laid: Laid, lesson: LessonText, blocks: Sequence[TextBlock]) -> Enhancement:
    """Two to four sentences of the lesson that say most and are not alike: in the place of a first block that only
    repeats what others say, as a summary does, or else first as a block of their own."""
    numbers = [number for block in blocks for number in laid.numbers(block)]
    chosen = sorted(_best(laid.document, numbers))
    if not chosen:
        why = "The text holds no whole sentence to make a summary of."
        return Enhancement(changes=[Change(why=why)])
    places = [laid.document.units[number].sentence for number in chosen]
    text = " ".join(laid.document.source.text[start:end] for start, end in places)
    first = lesson.blocks[0] if lesson.blocks and lesson.blocks[0].kind == "markdown" else None
    if first and len(lesson.blocks) > 1 and _repeats(laid, first):
        known = "The lesson has this summary." if first.text == text else None
        return Enhancement(changes=[Change(block_id=first.id, text=text, why=known)], summary=text)
    source = _around([laid.source_of(place) for place in places])
    return Enhancement(changes=[Change(text=text, source=source)], summary=text)


def _best(document: Document, numbers: Sequence[int]) -> Iterator[int]:
    units = [document.units[number] for number in numbers]
    words = sum(unit.words for unit in units)
    wanted = min(_SUMMARY_SENTENCES.stop - 1, max(_SUMMARY_SENTENCES.start, words // _WORDS_PER_SENTENCE))
    chosen: list[frozenset[str]] = []
    for number in _ranked(document, numbers, _weights(document, units)):
        said = frozenset(document.content(document.units[number].stems))
        stands_alone = bool(said) and not points_back(document.sentence(document.units[number]))
        if stands_alone and all(len(said & other) <= _ALIKE * min(len(said), len(other)) for other in chosen):
            chosen.append(said)
            yield number
        if len(chosen) == wanted:
            return


def _repeats(laid: Laid, block: TextBlock) -> bool:
    inside = laid.numbers(block)
    elsewhere = {unit.stems for n, unit in enumerate(laid.document.units) if n not in inside}
    return bool(inside) and all(unit.stems in elsewhere for unit in laid.units(inside))


def _around(spans: Sequence[Span | None]) -> Span | None:
    """From the first of the places to the last; None unless all are known and stand in one source."""
    known = [span for span in spans if span]
    if len(known) < len(spans) or len({span.source_id for span in known}) != 1:
        return None
    start, end = min(span.start for span in known), max(span.end for span in known)
    return Span(source_id=known[0].source_id, start=start, end=end)


def _key_terms(laid: Laid, lesson: LessonText, blocks: Sequence[TextBlock]) -> list[KeyTerm]:
    """The terms that the blocks explain, but for those that the lesson has with the same definition."""
    inside = {number for block in blocks for number in laid.numbers(block)}
    had = {(each.term.casefold(), plain(each.definition)) for each in lesson.key_terms}
    found = []
    for concept in concepts_of(laid.document.source):
        made = key_term(concept)
        if concept.unit not in inside or concept.quality or made.source is None:
            continue
        if (made.term.casefold(), plain(made.definition)) not in had:
            source = laid.source_of((made.source.start, made.source.end))
            found.append(made.model_copy(update={"source": source}))
    return found[:_TERMS]


def _expanded(laid: Laid, blocks: Sequence[TextBlock], sources: Sequence[Source]) -> Iterator[Change]:
    """Behind each block, as a new one, the example in the sources that fits it best and that the lesson has not."""
    documents = [read(source) for source in sources]
    had = {unit.stems for unit in laid.document.units}
    candidates = [
        (document, first, last)
        for document in documents
        for number, unit in enumerate(document.units)
        if unit.stems not in had and _EXAMPLE.search(document.sentence(unit))
        for first, last in [_run(document, number)]
        if not overlaps(_place(document, first, last), document.hidden)
        if not points_back(document.sentence(document.units[first])) or _follows(document, first, had)
    ]
    spread = Counter(word for document in documents for unit in document.units for word in {*unit.stems})
    used = set[tuple[str, int]]()
    for block in blocks:
        topic = {w for unit in laid.units(laid.numbers(block)) for w in laid.document.content(unit.stems)}
        best = max(
            (
                (_fit(topic, document, first, last, spread), -number)
                for number, (document, first, last) in enumerate(candidates)
                if (document.source.id, first) not in used
            ),
            default=(0.0, 0),
        )
        if not best[0]:
            yield Change(block_id=block.id, why=_no_example(sources))
            continue
        document, first, last = candidates[-best[1]]
        used.add((document.source.id, first))
        start, end = _place(document, first, last)
        span = Span(source_id=document.source.id, start=start, end=end)
        yield Change(after_id=block.id, text=document.source.text[start:end], source=span)


def _place(document: Document, first: int, last: int) -> Range:
    return document.units[first].sentence[0], document.units[last].sentence[1]


def _no_example(sources: Sequence[Source]) -> str:
    if not sources:
        return "The lesson cites no source to take an example from."
    return "The lesson's sources hold no further example of what this says."


def _run(document: Document, number: int) -> tuple[int, int]:
    """The example with the sentence that it leans on, and the ones that lean on it, within its paragraph."""
    first = last = number
    units = document.units
    if first and points_back(document.sentence(units[first])) and not units[first].opens_paragraph:
        first -= 1
    words = sum(unit.words for unit in units[first : last + 1])
    while (
        last + 1 < len(units)
        and not units[last + 1].opens_paragraph
        and points_back(document.sentence(units[last + 1]))
        and words + units[last + 1].words <= _LONGEST_EXAMPLE
    ):
        last += 1
        words += units[last].words
    return first, last


def _follows(document: Document, first: int, had: Collection[tuple[str, ...]]) -> bool:
    """Whether the lesson says what the run leans on."""
    return first > 0 and document.units[first - 1].stems in had


def _fit(topic: Collection[str], document: Document, first: int, last: int, spread: Counter[str]) -> float:
    """How much the run speaks of the topic: its shared words, rare ones counting most; 0 for too few."""
    said = {word for unit in document.units[first : last + 1] for word in document.content(unit.stems)}
    shared = said & set(topic)
    if len(shared) < _LEAST_SHARED:
        return 0.0
    return sum(1 / math.log(2 + spread[word]) for word in shared) / math.sqrt(len(said) + 4)
