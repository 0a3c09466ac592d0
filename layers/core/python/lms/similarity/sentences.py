"""Sentences of one text that stand in the other in other words."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
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
# The same where two or more of a pair of texts have it: of passages of ten sentences from one such text 1.5 in 100
# pairs do.
PARAPHRASED_TOGETHER = 0.65
# Of the sentences with most of another's words so many are aligned with it: in a text whose sentences are all of
# the same words each would be like each.
_MOST_ALIGNED = 50
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
    others = _Sentences([[token.value for token in right[slice(*each)]] for each in from_right])
    for each in from_left:
        likeness, number = others.likest([token.value for token in left[slice(*each)]])
        if likeness >= REWORDED:
            yield Pair(each, from_right[number], "reworded", likeness)


class _Sentences:
    """To be searched for the likest to another, of which all but a few are ruled out by the words alone: no more of
    them stand in the same order in both than both have."""

    def __init__(self, sentences: list[list[str]]) -> None:
        import numpy as np

        self._sentences = sentences
        self._lengths = np.array([len(each) for each in sentences])
        holders = defaultdict[tuple[str, int], list[int]](list)
        for number, each in enumerate(sentences):
            for word in _numbered(each):
                holders[word].append(number)
        self._holders = {word: np.array(numbers) for word, numbers in holders.items()}

    def likest(self, mine: list[str]) -> tuple[float, int]:
        """The likeness, 0 where none is as like as ``REWORDED``, and the sentence's number."""
        best, bag = (0.0, -1), set(mine)
        for number in self._possible(mine):
            other = self._sentences[number]
            if 2 * len(bag.intersection(other)) >= len(bag):
                likeness = in_order(mine, other) / max(len(mine), len(other))
                best = max(best, (likeness, number))
        return best if best[0] >= REWORDED else (0.0, -1)

    def _possible(self, mine: list[str]) -> list[int]:
        import numpy as np

        found = [self._holders[word] for word in _numbered(mine) if word in self._holders]
        if not found:
            return []
        both = np.bincount(np.concatenate(found), minlength=len(self._lengths))
        shares = both / np.maximum(self._lengths, len(mine))
        possible = np.flatnonzero(shares >= REWORDED)
        numbers: list[int] = possible[np.argsort(-shares[possible], kind="stable")][:_MOST_ALIGNED].tolist()
        return numbers


def _numbered(words: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The second of a word is another one than the first."""
    counts = Counter[str]()
    for word in words:
        counts[word] += 1
        yield word, counts[word]


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
    found = [
        Pair(each, from_right[nearest[number]], "paraphrased", float(cosines[number, nearest[number]]))
        for number, each in enumerate(from_left)
        if back[nearest[number]] == number
    ]
    together = [pair for pair in found if pair.likeness >= PARAPHRASED_TOGETHER]
    yield from (pair for pair in together if len(together) > 1 or pair.likeness >= PARAPHRASED)


def characters(tokens: Sequence[Token], numbers: Range) -> Range:
    """Where these tokens stand in their text."""
    return Range(tokens[numbers.start].start, tokens[numbers.end - 1].end)
