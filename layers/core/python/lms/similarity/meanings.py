"""Which earlier submissions say the same without the same words: those whose sentences have vectors near to a new
one's.

A submission keeps the vectors of its longest sentences, 8 bits a number. They are held against those of the
assignment's earlier ones in one pass, a product of matrices: its time grows with their number, but by little beside
that of a comparison for each. Other assignments, courses and years are searched by shared words alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from bson import ObjectId

from lms.intelligence.embeddings import DIMENSIONS, embed
from lms.mongo import Document as Row
from lms.similarity import repository
from lms.similarity.documents import Document
from lms.similarity.sentences import characters, sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# Each takes the model some ten milliseconds; the longest say most.
MOST_SENTENCES = 32
MOST_EARLIER = 10_000
MOST_CANDIDATES = 3
# What is as near is worth a comparison, which asks for more: of passages of ten sentences from one text 12 in 100
# pairs have two with this cosine. One such sentence any two have who answer the same question.
_NEAR, _LEAST_SENTENCES = 0.55, 2
# Earlier submissions whose vectors are in memory at a time.
_AT_A_TIME = 500


class Query(NamedTuple):
    """A submission (``_id``, ``holder_id``, ``submitted_at``) whose likes are sought, and its vectors, n × 384."""

    submission: Mapping[str, Any]
    vectors: "Floats"


def vectors(document: Document) -> bytes:
    """Of the longest sentences, in their order: 384 signed bytes each."""
    import numpy as np

    found = sentences(document.source, document.tokens)
    longest = sorted(sorted(found, key=lambda each: each.start - each.end)[:MOST_SENTENCES])
    exact = embed([document.source[slice(*characters(document.tokens, each))] for each in longest])
    scale = 127 / np.maximum(np.abs(exact).max(axis=1, keepdims=True, initial=0), 1e-9)
    kept: bytes = np.round(exact * scale).astype(np.int8).tobytes()
    return kept


def add(submission: Mapping[str, Any], kept: bytes) -> None:
    """Make the submission findable by these vectors; what it had before is replaced."""
    named = {name: submission[name] for name in ("_id", "assignment_id", "holder_id", "submitted_at")}
    repository.save_meaning({**named, "vectors": kept})


def near(assignment_id: ObjectId, submission_ids: Sequence[ObjectId]) -> dict[ObjectId, list[ObjectId]]:
    """For each of these submissions the earlier ones by others that say most of the same, the nearest first: of the
    assignment's last ``MOST_EARLIER``."""
    rows = repository.meanings(submission_ids)
    queries = [Query(row, _unit([row])) for row in rows if row["vectors"]]
    best: dict[ObjectId, list[tuple[float, ObjectId]]] = {query.submission["_id"]: [] for query in queries}
    earlier = repository.meanings_of(assignment_id, MOST_EARLIER, _AT_A_TIME) if queries else iter(())
    for some in _batches(earlier):
        for _id, found in _likest(queries, some):
            best[_id] = sorted([*best[_id], *found], reverse=True)[:MOST_CANDIDATES]
    return {_id: [each for _, each in found] for _id, found in best.items()}


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        if row["vectors"]:
            batch.append(row)
        if len(batch) == _AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch


def _unit(rows: Sequence[Row]) -> "Floats":
    import numpy as np

    raw = np.frombuffer(b"".join(row["vectors"] for row in rows), dtype=np.int8).reshape(-1, DIMENSIONS)
    found = raw.astype(np.float32)
    unit: Floats = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def _likest(
    queries: Sequence[Query], rows: Sequence[Row]
) -> Iterator[tuple[ObjectId, list[tuple[float, ObjectId]]]]:
    """Of each query the candidates among these rows, with how much of the shorter the two share."""
    import numpy as np

    lengths = np.array([len(row["vectors"]) // DIMENSIONS for row in rows])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    theirs = _unit(rows)
    for query in queries:
        nearest = np.maximum.reduceat(theirs @ query.vectors.T, starts, axis=0)
        alike = (nearest >= _NEAR).sum(axis=1)
        shares = alike / np.minimum(lengths, len(query.vectors))
        likest = [
            (share, row["_id"])
            for row, share, count in zip(rows, shares.tolist(), alike.tolist(), strict=True)
            if count >= _LEAST_SENTENCES and _is_earlier(row, query.submission)
        ]
        yield query.submission["_id"], likest


def _is_earlier(other: Mapping[str, Any], submission: Mapping[str, Any]) -> bool:
    moments = [(each["submitted_at"], each["_id"]) for each in (other, submission)]
    return other["holder_id"] != submission["holder_id"] and moments[0] < moments[1]
