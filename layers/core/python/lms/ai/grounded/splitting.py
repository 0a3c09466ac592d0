"""Dividing segments into as many lessons as asked for: choosing, merging and splitting."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from lms.ai.grounded.leaning import points_back
from lms.ai.grounded.material import LEAST_WORDS, Segment, Unit
from lms.ai.grounded.ordering import in_order, prerequisites

MOST_WORDS = 900
"""About as much as a lesson holds; of longer texts the most central segments are taken."""

_TILE_WORDS = 250
_LONG_SECTION = 400
_WINDOW = 5


@dataclass(frozen=True, eq=False)
class Group:
    """The segments of one lesson."""

    segments: tuple[Segment, ...]

    @cached_property
    def words(self) -> int:
        return sum(segment.words for segment in self.segments)

    @cached_property
    def bag(self) -> Counter[str]:
        return sum((segment.bag for segment in self.segments), Counter())

    @property
    def units(self) -> list[Unit]:
        return [unit for segment in self.segments for unit in segment.units]


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Cosine of two bags of words."""
    if len(one) > len(other):
        one, other = other, one
    dot = sum(count * other[word] for word, count in one.items())
    norm = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return dot / norm if norm else 0.0


def groups(segments: Sequence[Segment], count: int, topic: Sequence[str]) -> list[Group]:
    """Exactly ``count`` groups in teaching order; the segments must hold at least as many sentences."""
    ordered = _ordered(_filled(segments))
    kept = _most_central(ordered, count, topic)
    parts = [Group((segment,)) for segment in kept]
    while len(parts) < count:
        parts = _divided(parts, count)
    return _merged(parts, count)


def _filled(segments: Sequence[Segment]) -> list[Segment]:
    """Segments too short for a lesson join their neighbour in the text."""
    found: list[Segment] = []
    for segment in segments:
        last = found[-1] if found else None
        short = last is not None and min(last.words, segment.words) < LEAST_WORDS
        if last is not None and short and last.document is segment.document and last.last == segment.first:
            found[-1] = _joined(last, segment)
        else:
            found.append(segment)
    return found


def _joined(one: Segment, other: Segment) -> Segment:
    titles = one.titles + other.titles
    if one.words < other.words / 2:
        titles = other.titles or titles
    elif other.words < one.words / 2:
        titles = one.titles or titles
    return Segment(one.document, one.first, other.last, titles)


def _ordered(segments: Sequence[Segment]) -> list[Segment]:
    """Texts without sections are tiled first, since their tiles are all that can be put in order."""
    pieces = [
        tile for segment in segments for tile in ([segment] if segment.document.section_level else tiles(segment))
    ]
    return [tile for segment in in_order(pieces) for tile in tiles(segment)]


def tiles(segment: Segment) -> list[Segment]:
    """A long segment cut where its words change."""
    wanted = round(segment.words / _TILE_WORDS) if segment.words > _LONG_SECTION else 1
    return split(segment, max(1, min(wanted, len(segment.units))))


def split(segment: Segment, count: int) -> list[Segment]:
    """``count`` runs of about the same length, cut where a heading, a paragraph or the vocabulary breaks.

    The break in vocabulary is TextTiling's: the likeness of the sentences before and after (Hearst, TextTiling:
    Segmenting Text into Multi-Paragraph Subtopic Passages, Computational Linguistics 23(1), 1997).
    """
    filled = [0]
    for unit in segment.units:
        filled.append(filled[-1] + unit.words)
    share = filled[-1] / count
    cuts = [0]
    for number in range(1, count):
        low, high = cuts[-1] + 1, len(segment.units) - (count - number)
        near = [at for at in range(low, high + 1) if abs(filled[at] - share * number) <= share * 0.6]
        choice = near or range(low, high + 1)
        target = share * number
        cuts.append(min(choice, key=lambda at: abs(filled[at] - target) / share + _seam(segment, at)))
    cuts.append(len(segment.units))
    return [segment.cut(segment.first + a, segment.first + b) for a, b in pairwise(cuts)]


def _seam(segment: Segment, at: int) -> float:
    """What it costs to cut before unit ``at``: from 0 at a heading to 2 within a thought."""
    unit = segment.units[at]
    if unit.headings:
        return 0.0
    document = segment.document
    before, after = (
        Counter(word for each in side for word in document.content(each.stems))
        for side in (segment.units[max(0, at - _WINDOW) : at], segment.units[at : at + _WINDOW])
    )
    cost = 0.5 * likeness(before, after) + (0.1 if unit.opens_paragraph else 0.7)
    return cost + (0.5 if points_back(document.sentence(unit)) else 0.0)


def _most_central(segments: list[Segment], count: int, topic: Sequence[str]) -> list[Segment]:
    """The segments without those that are farthest from the topic, where there are more words than lessons hold."""
    spare = sum(segment.words for segment in segments) - count * MOST_WORDS
    if spare <= 0 or len(segments) <= count:
        return segments
    scores = centrality(segments, topic)
    left = len(segments)
    dropped: set[int] = set()
    for number in sorted(range(len(segments)), key=lambda each: (scores[each], -each)):
        if spare <= 0 or left <= count:
            break
        dropped.add(number)
        spare -= segments[number].words
        left -= 1
    return [segment for number, segment in enumerate(segments) if number not in dropped]


def centrality(segments: Sequence[Segment], topic: Sequence[str]) -> list[float]:
    """Per segment: likeness to the whole, share of the topic's words, and how much others build on it."""
    whole: Counter[str] = Counter()
    for segment in segments:
        whole.update(segment.bag)
    needed: Counter[int] = Counter()
    for sources in prerequisites(segments).values():
        needed.update(sources)
    most = max(needed.values(), default=0) or 1
    wanted = set(topic)
    densities = [sum(s.bag[word] for word in wanted) / max(1, s.bag.total()) for s in segments]
    densest = max(densities, default=0.0) or 1.0
    return [
        likeness(segment.bag, whole) + needed[number] / most + densities[number] / densest
        for number, segment in enumerate(segments)
    ]


def _divided(parts: list[Group], count: int) -> list[Group]:
    """Lessons are shared out among the segments by their words, by d'Hondt's rule; no segment goes without."""
    segments = [segment for part in parts for segment in part.segments]
    shares = [1] * len(segments)
    while sum(shares) < min(count, sum(len(segment.units) for segment in segments)):
        open_ones = [n for n, segment in enumerate(segments) if shares[n] < len(segment.units)]
        shares[max(open_ones, key=lambda n: (segments[n].words / (shares[n] + 1), -n))] += 1
    return [
        Group((tile,)) for segment, share in zip(segments, shares, strict=True) for tile in split(segment, share)
    ]


def _merged(parts: list[Group], count: int) -> list[Group]:
    """The shortest neighbours join until ``count`` are left; the more alike, the sooner."""
    found = list(parts)
    costs = [_cost(a, b) for a, b in pairwise(found)]
    while len(found) > count:
        at = min(range(len(costs)), key=lambda number: (costs[number], number))
        found[at : at + 2] = [_together(found[at], found[at + 1])]
        del costs[at]
        for number in (at - 1, at):
            if 0 <= number < len(costs):
                costs[number] = _cost(found[number], found[number + 1])
    return found


def _cost(one: Group, other: Group) -> float:
    return (one.words + other.words) * (1.5 - likeness(one.bag, other.bag))


def _together(one: Group, other: Group) -> Group:
    """One group; segments that follow each other in the text become one."""
    *head, last = one.segments
    first, *tail = other.segments
    if last.document is first.document and last.last == first.first:
        fused = replace(last, last=first.last, titles=tuple(dict.fromkeys(last.titles + first.titles)))
        return Group((*head, fused, *tail))
    return Group(one.segments + other.segments)
