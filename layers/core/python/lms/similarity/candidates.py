"""Which earlier submissions are worth a comparison with a new one: those that share rare fingerprints with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from bson import ObjectId

from lms.mongo import Transaction
from lms.similarity import repository
from lms.similarity.documents import Document

# Of longer documents the smallest hashes are kept: the same choice in each, so that they stay comparable.
MOST_HASHES = 4_000
# Further postings of one hash are not looked at: what a hundred have tells them apart no more.
MOST_POSTINGS = 100
MOST_CANDIDATES = 30
# A phrase is common where this share of the cohort has it, and no fewer than this number of others.
COMMON_SHARE, LEAST_COMMON = 0.2, 5


@dataclass(frozen=True)
class Candidate:
    """``shared`` counts the fingerprints it has in common; ``weight`` counts the rare ones for more."""

    submission_id: ObjectId
    assignment_id: ObjectId
    shared: int
    weight: float


@dataclass(frozen=True)
class Found:
    """The heaviest candidates first; ``common`` are the hashes of the cohort's common phrases."""

    candidates: list[Candidate]
    common: frozenset[int]


def add(
    submission: Mapping[str, Any],
    documents: Iterable[Document],
    tx: Transaction | None = None,
    *,
    complete: bool = True,
) -> None:
    """Make the submission (``_id``, ``assignment_id``, ``course_id``, ``holder_id``) findable by its documents. Not
    ``complete`` where some are still to come: the next run does it anew."""
    hashes = {print_.hash for document in documents for print_ in document.fingerprints()}
    named = {name: submission[name] for name in ("_id", "assignment_id", "course_id", "holder_id")}
    repository.save({**named, "hashes": sorted(hashes)[:MOST_HASHES], "complete": complete}, tx)


def find(
    submission_id: ObjectId, course_id: ObjectId, cohort: int, other_course_ids: Sequence[ObjectId] = ()
) -> Found:
    """Among all submissions of the course, and of the others where any are allowed. ``cohort`` is how many hand in
    for the assignment. A round trip each."""
    own = repository.postings(submission_id, [course_id], MOST_POSTINGS)
    elsewhere = repository.postings(submission_id, other_course_ids, MOST_POSTINGS) if other_course_ids else []
    return Found(_heaviest([*own, *elsewhere]), _common(own, cohort))


def _heaviest(postings: Iterable[Mapping[str, Any]]) -> list[Candidate]:
    weights, shared = defaultdict[tuple[ObjectId, ObjectId], float](float), defaultdict[Any, int](int)
    for posting in postings:
        rarity = log((MOST_POSTINGS + 1) / len(posting["found"]))
        for each in posting["found"]:
            which = each["_id"], each["assignment_id"]
            weights[which] += rarity
            shared[which] += 1
    heaviest = sorted(weights, key=lambda which: (-weights[which], which))[:MOST_CANDIDATES]
    return [Candidate(*which, shared[which], weights[which]) for which in heaviest]


def _common(postings: Iterable[Mapping[str, Any]], cohort: int) -> frozenset[int]:
    least = min(MOST_POSTINGS, max(LEAST_COMMON, COMMON_SHARE * cohort))
    return frozenset(
        posting["hash"] for posting in postings if len({each["holder_id"] for each in posting["found"]}) >= least
    )
