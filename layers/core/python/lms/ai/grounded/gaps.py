"""Sentences with a gap, to be filled in freely."""

from collections.abc import Iterator

from lms.ai.grounded.concepts import Concept
from lms.ai.grounded.distractors import mentions
from lms.ai.grounded.language import points_back
from lms.ai.grounded.layout import AWKWARD, STATEMENT_WORDS, Layout
from lms.ai.grounded.text import Range, plain, stems, word_count
from lms.ai.models import Cloze

GAP = "____"
_MARK = "\ue000"


def terms(layout: Layout) -> Iterator[Cloze]:
    """Explained terms and names only: other nouns have too many equals."""
    for concept in layout.open():
        if is_noun(concept):
            continue
        sentence = with_gap(layout, concept.unit, concept.marked)
        if sentence:
            layout.take(concept.unit, concept)
            yield Cloze(
                prompt=layout.say.fill.format(sentence),
                answer=concept.term,
                evidence=layout.evidence(concept.unit),
                source=layout.source(concept.unit),
            )


def is_noun(concept: Concept) -> bool:
    """Whether the term is one of a text's recurring nouns, neither explained nor a name."""
    return concept.marked == concept.range and concept.definition is None and concept.is_common


def with_gap(layout: Layout, unit: int, place: Range) -> str:
    """The sentence with a gap for what stands at ``place``; "" where it cannot stand alone or gives the answer."""
    document = layout.document
    start, end = document.units[unit].sentence
    text = document.source.text
    answer = text[slice(*place)].strip("*_")
    sentence = plain(text[start : place[0]] + _MARK + text[place[1] : end])
    if word_count(sentence) not in STATEMENT_WORDS or points_back(sentence) or AWKWARD.search(sentence):
        return ""
    if mentions(stems(sentence), stems(answer)) or answer.casefold() in sentence.casefold():
        return ""
    return sentence.replace(_MARK, GAP)
