"""Sentences with a gap, to be filled in freely."""

from collections.abc import Iterator

from lms.ai.grounded.distractors import mentions
from lms.ai.grounded.layout import AWKWARD, STATEMENT_WORDS, Layout
from lms.ai.grounded.leaning import points_back
from lms.ai.grounded.numbers import telling
from lms.ai.grounded.text import Range, plain
from lms.ai.grounded.words import stems, word_count
from lms.ai.models import Cloze

GAP = "____"
_MARK = "\ue000"


def terms(layout: Layout) -> Iterator[Cloze]:
    """Explained terms, names and code only: other phrases have too many equals."""
    for concept in layout.open():
        if concept.kind == "phrase":
            continue
        sentence = with_gap(layout, concept.unit, concept.marked)
        if sentence:
            layout.take(concept.unit, concept)
            yield Cloze(
                prompt=layout.say.fill.format(sentence),
                answer=concept.term.strip("`"),
                evidence=layout.evidence(concept.unit),
                source=layout.source(concept.unit),
            )


def numbers(layout: Layout) -> Iterator[Cloze]:
    for unit in layout.statements():
        if unit in layout.used:
            continue
        start = layout.document.units[unit].sentence[0]
        for match in telling(layout.evidence(unit)):
            sentence = with_gap(layout, unit, (start + match.start(), start + match.end()))
            if sentence:
                layout.take(unit)
                yield Cloze(
                    prompt=layout.say.fill.format(sentence),
                    answer=match.group(),
                    evidence=layout.evidence(unit),
                    source=layout.source(unit),
                )
                break


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
