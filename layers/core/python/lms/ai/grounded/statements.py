"""Sentences to be told true or false."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from lms.ai.grounded.concepts import Concept
from lms.ai.grounded.falsehoods import (
    STRONG_OPPOSITES,
    WEAK_OPPOSITES,
    by_name,
    by_number,
    by_opposite,
    by_term,
)
from lms.ai.grounded.layout import Layout
from lms.ai.grounded.text import plain
from lms.ai.models import TrueFalse

_SPARE = 2


def told(layout: Layout) -> Iterator[TrueFalse]:
    """False and true ones by turns; few more true ones than false, or whoever always says 'true' is right."""
    true = true_ones(layout)
    for question in false_ones(layout):
        yield question
        yield from islice(true, 1)
    yield from islice(true, _SPARE)


def true_ones(layout: Layout) -> Iterator[TrueFalse]:
    """First of sentences that could not be made false."""
    for unit in sorted(layout.statements(), key=lambda unit: bool(_falsified(layout, unit))):
        if unit not in layout.used:
            yield statement(layout, unit, plain(layout.evidence(unit)), answer=True)


def false_ones(layout: Layout) -> Iterator[TrueFalse]:
    """Sentences with a word, a number or a term exchanged, by the surest way that there is."""
    statements = layout.statements()
    clear = [unit for unit in statements if layout.is_clear(unit)]
    vague = [unit for unit in statements if unit not in clear]
    yield from _altered(layout, clear)
    yield from _exchanged(layout)
    yield from _renamed(layout)
    yield from _altered(layout, vague)


def statement(layout: Layout, unit: int, text: str, *, answer: bool) -> TrueFalse:
    layout.take(unit)
    say = layout.say.true_or_false_order if layout.is_order(unit) else layout.say.true_or_false
    return TrueFalse(
        prompt=say.format(text),
        answer=answer,
        evidence=layout.evidence(unit),
        source=layout.source(unit),
    )


def _altered(layout: Layout, units: Sequence[int]) -> Iterator[TrueFalse]:
    for change in _ways(layout):
        for unit in units:
            changed = "" if unit in layout.used else next(change(plain(layout.evidence(unit))), "")
            if changed:
                yield statement(layout, unit, changed, answer=False)


def _falsified(layout: Layout, unit: int) -> str:
    text = plain(layout.evidence(unit))
    return next((changed for change in _ways(layout) for changed in change(text)), "")


def _ways(layout: Layout) -> list[Callable[[str], Iterator[str]]]:
    if layout.document.language not in ("en", ""):
        return [by_number]
    return [
        lambda text: by_opposite(text, STRONG_OPPOSITES),
        by_number,
        lambda text: by_opposite(text, WEAK_OPPOSITES),
    ]


def _exchanged(layout: Layout) -> Iterator[TrueFalse]:
    """Definitions given to another of the lesson's terms."""
    for concept in layout.open():
        if (
            concept.definition
            and not concept.called
            and layout.is_statement(concept.unit, layout.document.units[concept.unit])
            and (changed := next(by_term(concept, layout.exchangeable), ""))
        ):
            layout.take(concept.unit, concept)
            yield statement(layout, concept.unit, changed, answer=False)


def _renamed(layout: Layout) -> Iterator[TrueFalse]:
    """What is said of somebody or something said of another; only where the sentence says more than one thing."""
    for concept in layout.open():
        if (
            concept.kind == "name"
            and _is_particular(layout, concept)
            and layout.is_statement(concept.unit, layout.document.units[concept.unit])
            and (changed := next(by_name(concept, layout.pool), ""))
        ):
            layout.take(concept.unit, concept)
            yield statement(layout, concept.unit, changed, answer=False)


def _is_particular(layout: Layout, concept: Concept) -> bool:
    """Whether the sentence holds a number or another name, so that it is hardly true of two."""
    rest = layout.evidence(concept.unit).replace(concept.term, "")
    return re.search(r"\d|(?<=[a-z,] )[A-Z]", rest) is not None
