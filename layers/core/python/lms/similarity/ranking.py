"""What stands out of a cohort's pairs, and who is like whom."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.mongo import Document
from lms.similarity.clusters import OUTLYING, Standing, clusters, standings

# Pairs that stand out of their cohort are linked, but for those that have next to nothing in common; and whatever
# the cohort is like, those that have half in common.
_LEAST_LINKED, _ALWAYS_LINKED = 0.2, 0.5
_LEAST_MEMBERS, _MOST_CLUSTERS = 3, 100


def ranked(examined: Sequence[ObjectId], pairs: Sequence[Mapping[str, Any]]) -> Document:
    """``cohort`` has the highest score of each submission that was examined, 0 of those in no pair; ``clusters``
    are those of more than two holders that are linked, each with one submission of each
    member, one that was examined where there is one, by time."""
    cohort = _highest(examined, pairs)
    linked = [
        pair
        for pair, standing in zip(pairs, standings([pair["score"] for pair in pairs], cohort), strict=True)
        if _is_linked(pair["score"], standing)
    ]
    return {"cohort": cohort, "clusters": _clusters(linked, set(examined))}


def _highest(examined: Sequence[ObjectId], pairs: Sequence[Mapping[str, Any]]) -> list[float]:
    highest = dict.fromkeys(examined, 0.0)
    for pair in pairs:
        for _id in pair["submission_ids"]:
            if _id in highest:
                highest[_id] = max(highest[_id], pair["score"])
    return sorted(highest.values())


def _is_linked(score: float, standing: Standing) -> bool:
    return score >= _ALWAYS_LINKED or (score >= _LEAST_LINKED and standing.z >= OUTLYING)


def _clusters(linked: Sequence[Mapping[str, Any]], examined: Collection[ObjectId]) -> list[list[Document]]:
    """By holders: one person's attempts are like each other anyway."""
    sides: dict[ObjectId, Document] = {}
    for side in (pair[name] for pair in linked for name in ("left", "right")):
        known = sides.setdefault(side["holder_id"], side)
        sides[side["holder_id"]] = min(side, known, key=lambda each: _preference(each, examined))
    edges = ((pair["left"]["holder_id"], pair["right"]["holder_id"], 1.0) for pair in linked)
    found = clusters(edges, threshold=1.0, least=_LEAST_MEMBERS)[:_MOST_CLUSTERS]
    return [sorted((sides[_id] for _id in each), key=lambda side: side["submitted_at"]) for each in found]


def _preference(side: Mapping[str, Any], examined: Collection[ObjectId]) -> tuple[bool, Any]:
    return side["submission_id"] not in examined, side["submitted_at"]
