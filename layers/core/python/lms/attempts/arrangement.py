"""In which order an attempt shows what a question offers, and the ids that stand for it on the wire.

An id that a learner sees is a place, counted from 1: an author's ids may name the answer, and ids given at writing
rise in the author's order, which is an ordering question's key.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from lms.quizzes.contents import Content, Matching


class Order(TypedDict, total=False):
    """What an attempt keeps of a question: indexes into what its content offers, in the order shown."""

    places: list[int]
    gaps: dict[str, list[int]]


def order(content: Content, rng: Random, *, shuffle: bool = True) -> Order:
    """The order for a new attempt. ``shuffle`` is about options; matching answers and items to be ordered are
    always mixed, the latter never into the right order where there is another."""
    match content.kind:
        case "single" | "multiple":
            return {"places": _places(len(content.options), rng, shuffle)}
        case "matching":
            return {"places": _places(len(answers(content)), rng, True)}
        case "ordering":
            return {"places": _disarranged([item.text for item in content.items], rng)}
        case "cloze":
            gaps = [gap for gap in content.gaps if gap.kind == "single"]
            return {"gaps": {gap.id: _places(len(gap.options), rng, shuffle) for gap in gaps}}
        case _:
            return {}


def transferred(before: Content, after: Content, order: Order) -> Order:
    """The same order for another version that offers the same in another sequence, so that shown ids keep meaning
    the same."""
    if before.kind == "matching" and after.kind == "matching":
        return {"places": _moved(answers(before), answers(after), order["places"])}
    if before.kind == "ordering" and after.kind == "ordering":
        ids = [item.id for item in before.items]
        return {"places": _moved(ids, [item.id for item in after.items], order["places"])}
    return order


def answers(content: Matching) -> list[str]:
    """What the prompts of a matching question may be matched to, each text once."""
    return list(dict.fromkeys([*(pair.answer for pair in content.pairs), *content.distractors]))


def shown_id(place: int) -> str:
    return str(place + 1)


def shown_ids(places: Sequence[int]) -> dict[int, str]:
    """The shown id of each index."""
    return {index: shown_id(place) for place, index in enumerate(places)}


def _places(count: int, rng: Random, shuffle: bool) -> list[int]:
    return rng.sample(range(count), count) if shuffle else list(range(count))


def _moved(before: Sequence[str], after: Sequence[str], places: Sequence[int]) -> list[int]:
    return [after.index(before[index]) for index in places]


def _disarranged(texts: Sequence[str], rng: Random) -> list[int]:
    places = _places(len(texts), rng, True)
    while len(set(texts)) > 1 and [texts[index] for index in places] == list(texts):
        rng.shuffle(places)
    return places
