"""Sentences of one text that stand in the other in other words."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from lms.similarity.alignment import in_order
from lms.similarity.tokens import GAP, Range, Token

# A sentence as short as this says too little to be told apart.
LEAST_WORDS = 7
# The share of the longer sentence's words that the other has in the same order.
REWORDED = 0.6
# The cosine of the vectors of two sentences that say the same. In texts of the library, of one subject and one
# writer each, a sentence's nearest among 130 others stays below it in 95 of 100 cases (MiniLM, int8).
PARAPHRASED = 0.75
_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+|(?<=[。！？])|\n\s*\n")

Embed = Callable[[list[str]], Any]


class Pair(NamedTuple):
    """``left`` and ``right`` number tokens."""

    left: Range
    right: Range
    kind: str
    likeness: float


def sentences(text: str, tokens: Sequence[Token]) -> list[Range]:
    """Those of enough words, none with a gap: by the numbers of their tokens."""
    found, at = [], 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        start = at
        while at < len(tokens) and tokens[at].start < end:
            at += 1
        if at - start >= LEAST_WORDS and all(token.value != GAP for token in tokens[start:at]):
            found.append(Range(start, at))
    return found


def reworded(
    left: Sequence[Token], right: Sequence[Token], from_left: Sequence[Range], from_right: Sequence[Range]
) -> Iterator[Pair]:
    """For each sentence of the left the one of the right that has most of its words, in their order."""
    others = [[token.value for token in right[slice(*each)]] for each in from_right]
    bags = [set(other) for other in others]
    for each in from_left:
        mine = [token.value for token in left[slice(*each)]]
        bag = set(mine)
        likeness, number = max(
            (
                (in_order(mine, other) / max(len(mine), len(other)), number)
                for number, other in enumerate(others)
                if 2 * len(bag & bags[number]) >= len(bag)
            ),
            default=(0.0, -1),
        )
        if likeness >= REWORDED:
            yield Pair(each, from_right[number], "reworded", likeness)


def paraphrased(
    left: str,
    right: str,
    left_tokens: Sequence[Token],
    right_tokens: Sequence[Token],
    from_left: Sequence[Range],
    from_right: Sequence[Range],
    embed: Embed,
) -> Iterator[Pair]:
    """Sentences each of which is the other's nearest in meaning. ``embed`` gives a matrix with a row of unit length
    for each text."""
    if not from_left or not from_right:
        return
    mine = embed([left[slice(*characters(left_tokens, each))] for each in from_left])
    others = embed([right[slice(*characters(right_tokens, each))] for each in from_right])
    cosines = mine @ others.T
    nearest, back = cosines.argmax(axis=1), cosines.argmax(axis=0)
    for number, each in enumerate(from_left):
        other = int(nearest[number])
        likeness = float(cosines[number, other])
        if likeness >= PARAPHRASED and int(back[other]) == number:
            yield Pair(each, from_right[other], "paraphrased", likeness)


def characters(tokens: Sequence[Token], numbers: Range) -> Range:
    """Where these tokens stand in their text."""
    return Range(tokens[numbers.start].start, tokens[numbers.end - 1].end)
