"""Two documents side by side: what matches, where, and how much of each. Evidence for a person, never a verdict."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lms.similarity import exclusions, sentences
from lms.similarity.alignment import in_order, tiles
from lms.similarity.documents import TEXT_KIND, Document
from lms.similarity.sentences import Embed, characters
from lms.similarity.tokens import GAP, Range, Token, without

# What was said in other words counts half: that two people think the same thing is likelier than the same words.
_WEIGHT = {"verbatim": 1.0, "reworded": 1.0, "paraphrased": 0.5}
# Below as many tokens two honest answers may well be equal.
LEAST_TOKENS = 20
# Runs of so many tokens, each as heavy: single ones see through reordering, longer ones see order.
STRUCTURE_GRAMS = (1, 2, 3)


class Match(NamedTuple):
    """``left`` and ``right`` are ranges of characters; ``kind`` is verbatim, reworded or paraphrased."""

    left: Range
    right: Range
    kind: str
    likeness: float


@dataclass(frozen=True)
class Comparison:
    """Shares and scores are from 0 to 1. ``left_share`` is how much of the left the matches cover; ``in_order`` how
    much of the shorter stands in the other in its order; ``score`` ranks pairs of one cohort."""

    matches: list[Match]
    left_share: float
    right_share: float
    in_order: float
    score: float


def compare(
    left: Document, right: Document, *, common: Collection[int] = (), embed: Embed | None = None
) -> Comparison:
    """``left`` is the earlier; ``common`` are hashes of k-grams that many of the cohort have. Documents of two
    kinds have nothing in common."""
    if left.kind != right.kind:
        return Comparison([], 0.0, 0.0, 0.0, 0.0)
    mine, others = _distinct(left, common), _distinct(right, common)
    values, other_values = [token.value for token in mine], [token.value for token in others]
    blocks = tiles(values, other_values, left.thresholds.noise)
    pairs = [
        sentences.Pair(
            Range(tile.left_at, tile.left_at + tile.length),
            Range(tile.right_at, tile.right_at + tile.length),
            "verbatim",
            1.0,
        )
        for tile in blocks
    ]
    if left.kind == TEXT_KIND:
        pairs += _in_other_words(left, right, mine, others, pairs, embed)
    left_share = _share(mine, ((pair.left, pair.kind) for pair in pairs))
    right_share = _share(others, ((pair.right, pair.kind) for pair in pairs))
    shorter = min(_count(mine), _count(others))
    score = max(left_share, right_share) if left.kind == TEXT_KIND else _likeness_of_programs(left, right)
    return Comparison(
        matches=sorted(
            Match(characters(mine, pair.left), characters(others, pair.right), pair.kind, pair.likeness)
            for pair in pairs
        ),
        left_share=left_share,
        right_share=right_share,
        in_order=in_order(values, other_values) / shorter if shorter else 0.0,
        score=score if shorter >= LEAST_TOKENS else 0.0,
    )


def _distinct(document: Document, common: Collection[int]) -> list[Token]:
    longest = exclusions.LONGEST_PHRASE["text" if document.kind == TEXT_KIND else "code"]
    found = exclusions.phrases(document.tokens, common, document.thresholds, document.kind, longest)
    return without(document.tokens, found)


def _in_other_words(
    left: Document,
    right: Document,
    mine: Sequence[Token],
    others: Sequence[Token],
    pairs: Sequence[sentences.Pair],
    embed: Embed | None,
) -> list[sentences.Pair]:
    """Of the sentences that the blocks leave, those in nearly the same words, then those of the same sense."""
    from_left = _left_over(sentences.sentences(left.source, mine), [pair.left for pair in pairs])
    from_right = _left_over(sentences.sentences(right.source, others), [pair.right for pair in pairs])
    found = list(sentences.reworded(mine, others, from_left, from_right))
    if embed:
        from_left = _left_over(from_left, [pair.left for pair in found])
        from_right = _left_over(from_right, [pair.right for pair in found])
        found += sentences.paraphrased(left.source, right.source, mine, others, from_left, from_right, embed)
    return found


def _left_over(ranges: Iterable[Range], matched: Sequence[Range]) -> list[Range]:
    """Those of which the matches cover less than half."""
    covered = {number for each in matched for number in range(*each)}
    return [
        each for each in ranges if sum(number in covered for number in range(*each)) * 2 < each.end - each.start
    ]


def _share(tokens: Sequence[Token], matched: Iterable[tuple[Range, str]]) -> float:
    weights: dict[int, float] = {}
    for numbers, kind in matched:
        for number in range(*numbers):
            weights[number] = max(weights.get(number, 0.0), _WEIGHT[kind])
    count = _count(tokens)
    return sum(weights.values()) / count if count else 0.0


def _count(tokens: Sequence[Token]) -> int:
    return sum(token.value != GAP for token in tokens)


def _likeness_of_programs(earlier: Document, later: Document) -> float:
    """How much of the earlier program's structure the later one holds, whatever was added to it; and, where they
    have any, how many of their values are the same: who copies renames more than changes what a program prints."""
    structure = structure_held(earlier.tokens, later.tokens, STRUCTURE_GRAMS)
    literals = literals_shared(earlier.literals, later.literals)
    return structure if literals is None else (structure + literals) / 2


def structure_held(earlier: Sequence[Token], later: Sequence[Token], sizes: Sequence[int]) -> float:
    """The share of the earlier's runs of tokens that the later has as often, as the mean over these lengths."""
    shares = []
    for size in sizes:
        held, given = _runs(later, size), _runs(earlier, size)
        shares.append((held & given).total() / max(1, given.total()))
    return sum(shares) / len(shares)


def _runs(tokens: Sequence[Token], size: int) -> Counter[tuple[str, ...]]:
    values = [token.value for token in tokens]
    runs = (tuple(values[at : at + size]) for at in range(len(values) - size + 1))
    return Counter(run for run in runs if GAP not in run)


def literals_shared(left: Iterable[str], right: Iterable[str]) -> float | None:
    """Jaccard's index of the values with how often they stand there; None where there are none."""
    mine, others = Counter(left), Counter(right)
    either = (mine | others).total()
    return (mine & others).total() / either if either else None


def lines(source: str, characters: Range) -> Range:
    """The lines in which a range of characters begins and ends, counted from 1, both of them in it."""
    first = source.count("\n", 0, characters.start) + 1
    return Range(first, first + source.count("\n", characters.start, max(characters.start, characters.end - 1)))
