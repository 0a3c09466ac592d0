"""Sentences to be told true or false."""

from collections.abc import Callable, Iterator, Sequence

from lms.ai.grounded.falsehoods import STRONG_OPPOSITES, WEAK_OPPOSITES, by_number, by_opposite, by_term
from lms.ai.grounded.layout import Layout
from lms.ai.grounded.text import plain
from lms.ai.models import TrueFalse


def true_ones(layout: Layout) -> Iterator[TrueFalse]:
    for unit in layout.statements():
        if unit not in layout.used:
            yield statement(layout, unit, plain(layout.evidence(unit)), answer=True)


def false_ones(layout: Layout) -> Iterator[TrueFalse]:
    """Sentences with a word, a number or a term exchanged, by the surest way that there is."""
    statements = layout.statements()
    clear = [unit for unit in statements if layout.is_clear(unit)]
    vague = [unit for unit in statements if unit not in clear]
    yield from _altered(layout, clear)
    yield from _exchanged(layout)
    yield from _altered(layout, vague)


def statement(layout: Layout, unit: int, text: str, *, answer: bool) -> TrueFalse:
    layout.take(unit)
    return TrueFalse(
        prompt=layout.say.true_or_false.format(text),
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
