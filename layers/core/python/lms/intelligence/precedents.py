"""What answers to the same question that people graded say about another: its nearest of each label, and a kernel
ridge regression on all of them (Saunders, Gammerman and Vovk 1998). Nearness is of meaning, words and characters.
"""

import math
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from lms.intelligence.embeddings import read
from lms.intelligence.wording import FUNCTION_WORDS, root, worded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Vectors = NDArray[np.float32]

Label = Literal["correct", "incorrect", "contradictory"]
LABELS: tuple[Label, ...] = ("correct", "incorrect", "contradictory")

NAMES = (
    *(f"{kind}_{name}" for kind in ("near", "meaning", "worded") for name in ("ridge", "ridge_contradictory")),
    *(
        f"{kind}_{name}"
        for kind in ("near", "meaning", "worded")
        for name in (
            *("nearest_correct", "three_correct", "nearest_incorrect", "three_incorrect"),
            *("nearest_contradictory", "three_contradictory", "lead", "five_correct", "five_contradictory"),
        )
    ),
    *("share_correct", "share_contradictory"),
)

_RIDGE = 0.3
_WORD_BUCKETS, _CHARACTER_BUCKETS = 1_024, 4_096


class Graded(NamedTuple):
    """An answer that a person has graded."""

    answer: str
    label: Label


def nearness(answers: Sequence[str], others: Sequence[str]) -> "Numbers":
    """Of every answer to every other: 3 × n × m: as a whole, of meaning, and of words and characters."""
    import numpy as np

    sides = [[_profile(text) for text in texts] for texts in (answers, others)]
    meaning, said, spelled = (
        np.array([each[kind] for each in sides[0]], dtype=np.float64)
        @ np.array([each[kind] for each in sides[1]], dtype=np.float64).T
        for kind in range(3)
    )
    close = np.square(np.maximum(meaning, 0))
    worded_alike = (said + spelled) / 2
    return np.stack([0.4 * close + 0.6 * worded_alike, close, worded_alike])


def measured(near: "Numbers", among: "Numbers", labels: Sequence[Label]) -> "Numbers":
    """The features by ``NAMES`` of an answer: ``near`` (3 × n) to those graded, ``among`` them (3 × n × n)."""
    import numpy as np

    numbers = np.array([LABELS.index(label) for label in labels])
    targets = np.stack([numbers == 0, numbers == 2], axis=1).astype(np.float64)
    shares = targets.mean(axis=0)
    ridges = [
        shares + near[kind] @ np.linalg.solve(among[kind] + _RIDGE * np.eye(len(numbers)), targets - shares)
        for kind in range(3)
    ]
    return np.concatenate([*ridges, *(_nearest(near[kind], numbers) for kind in range(3)), shares])


def _nearest(near: "Numbers", numbers: "NDArray[np.int64]") -> list[float]:
    import numpy as np

    found = []
    for number in range(len(LABELS)):
        best = np.sort(near[numbers == number])[::-1][:3]
        found += [float(best[0]), float(best.mean())] if best.size else [0.0, 0.0]
    first = np.argsort(-near, kind="stable")[:5]
    weights = np.square(np.maximum(near[first], 1e-3))
    votes = (float(weights[numbers[first] == number].sum() / weights.sum()) for number in (0, 2))
    return [*found, found[0] - max(found[2], found[4]), *votes]


@lru_cache(maxsize=512)
def _profile(text: str) -> tuple["Vectors", "Vectors", "Vectors"]:
    """Unit vectors of its meaning, its words and pairs of words, and its runs of three to five characters."""
    found = worded(text).words
    roots = [root(word) for word in found]
    terms = Counter({term: 0.3 if term in FUNCTION_WORDS else 1.0 for term in roots})
    terms.update(Counter(f"{one} {other}" for one, other in pairwise(roots)))
    spaced = f" {' '.join(found)} "
    runs = Counter(spaced[at : at + n] for n in (3, 4, 5) for at in range(len(spaced) - n + 1))
    return read(text).whole, _hashed(terms, _WORD_BUCKETS), _hashed(runs, _CHARACTER_BUCKETS)


def _hashed(counts: "Counter[str]", buckets: int) -> "Vectors":
    """By feature hashing (Weinberger et al. 2009); CRC-32, since Python's own hash differs between processes."""
    import numpy as np

    vector = np.zeros(buckets, dtype=np.float32)
    for term, count in counts.items():
        vector[zlib.crc32(term.encode()) % buckets] += math.log1p(count)
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
