"""What stands out of a cohort's pairs, and who is like whom."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.mongo import Document
from lms.similarity.clusters import clusters, outlying_from

# Pairs that stand out of their cohort are linked, but for those that have next to nothing in common; and whatever
# the cohort is like, those that have half in common.
_LEAST_LINKED, _ALWAYS_LINKED = 0.2, 0.5
_LEAST_MEMBERS, _MOST_CLUSTERS = 3, 100


def cohort(examined: Iterable[ObjectId], highest: Mapping[ObjectId, float]) -> list[float]:
    """The ``highest`` score of each submission that was examined, 0 of those in no pair."""
    return sorted(highest.get(_id, 0.0) for _id in examined)


def linked_from(cohort: Sequence[float]) -> float:
    """The score from which on a pair of the cohort links its two."""
    return min(_ALWAYS_LINKED, max(_LEAST_LINKED, outlying_from(cohort)))


def linked(pairs: Iterable[Mapping[str, Any]], examined: Collection[ObjectId]) -> list[list[Document]]:
    """The clusters of more than two holders whom these pairs link, each with one submission of each member, one
    that was examined where there is one, by time. By holders: one person's attempts are like each other anyway."""
    sides: dict[ObjectId, Document] = {}

    def edges() -> Iterator[tuple[ObjectId, ObjectId]]:
        for pair in pairs:
            for side in (pair["left"], pair["right"]):
                known = sides.setdefault(side["holder_id"], side)
                sides[side["holder_id"]] = min(side, known, key=lambda each: _preference(each, examined))
            yield pair["left"]["holder_id"], pair["right"]["holder_id"]

    found = clusters(edges(), _LEAST_MEMBERS)[:_MOST_CLUSTERS]
    return [sorted((sides[_id] for _id in each), key=lambda side: side["submitted_at"]) for each in found]


def _preference(side: Mapping[str, Any], examined: Collection[ObjectId]) -> tuple[bool, Any]:
    return side["submission_id"] not in examined, side["submitted_at"]
