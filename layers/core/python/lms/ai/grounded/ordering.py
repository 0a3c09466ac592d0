"""The order in which segments build on each other: terms are explained before they are used."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Sequence

from lms.ai.grounded.concepts import Glossary, concepts_of
from lms.ai.grounded.material import Segment

_DEFINING = 2
_TOLERATED = 0.15
_STRONG = 4


def in_order(segments: Sequence[Segment]) -> list[Segment]:
    """The segments so that each comes after those that explain its terms; otherwise in their own order.

    A segment needs another where it uses the other's terms more than the other uses its own, in the manner of
    reference distance (Liang et al., Measuring Prerequisite Relations Among Concepts, EMNLP 2015). Circles are cut
    at the least need.
    """
    needs = prerequisites(segments)
    missing = {number: sum(needs[number].values()) for number in range(len(segments))}
    wanted_by: dict[int, dict[int, int]] = defaultdict(dict)
    for number, sources in needs.items():
        for source, weight in sources.items():
            wanted_by[source][number] = weight
    queue = [(weight, number) for number, weight in missing.items()]
    heapq.heapify(queue)
    placed: list[int] = []
    done: set[int] = set()
    while queue:
        weight, number = heapq.heappop(queue)
        if number in done or weight != missing[number]:
            continue
        done.add(number)
        placed.append(number)
        for follower, need in wanted_by[number].items():
            missing[follower] -= need
            heapq.heappush(queue, (missing[follower], follower))
    return [segments[number] for number in placed]


def prerequisites(segments: Sequence[Segment]) -> dict[int, dict[int, int]]:
    """Per segment, how much it needs each other one. Where the given order mostly explains terms before it uses
    them, its author has thought of it, and only a strong need speaks against it."""
    uses = _uses(segments)
    nets = [
        (number, source, net)
        for number, counted in uses.items()
        for source, weight in counted.items()
        if (net := weight - uses[source][number]) > 0
    ]
    against = sum(net for number, source, net in nets if source > number)
    ordered = against <= _TOLERATED * sum(net for _, _, net in nets)
    needs: dict[int, dict[int, int]] = {number: {} for number in range(len(segments))}
    for number, source, net in nets:
        if source < number or not ordered or net >= _STRONG:
            needs[number][source] = net
    return needs


def _uses(segments: Sequence[Segment]) -> dict[int, Counter[int]]:
    """Per segment, how many terms it uses that another one explains; one used in a definition counts double.

    Each term counts once, since how often a text repeats a word says little about what builds on what.
    """
    home: list[int] = []
    concepts = []
    for number, segment in enumerate(segments):
        for concept in concepts_of(segment.document.source):
            if segment.first <= concept.unit < segment.last and concept.definition:
                home.append(number)
                concepts.append(concept)
    glossary = Glossary(concepts)
    defining = {(id(concept.document), concept.unit) for concept in concepts}
    uses: dict[int, Counter[int]] = {}
    for number, segment in enumerate(segments):
        uses[number] = Counter()
        for term, weight in _terms_used(segment, glossary, defining).items():
            if home[term] != number:
                uses[number][home[term]] += weight
    return uses


def _terms_used(segment: Segment, glossary: Glossary, defining: set[tuple[int, int]]) -> dict[int, int]:
    used: dict[int, int] = {}
    for index, unit in enumerate(segment.units, segment.first):
        weight = _DEFINING if (id(segment.document), index) in defining else 1
        for term in glossary.mentions(unit.stems):
            used[term] = max(weight, used.get(term, 0))
    return used
