"""What is measured of an answer against references: nearness of meaning, words in common, what is covered, and
what speaks against it. After Sultan, Salazar and Sumner (2016): what the question itself says counts apart, and
each word of one text finds the nearest of the other, by vectors in context (as in BERTScore, Zhang et al. 2020).
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from lms.intelligence.embeddings import read, vocabulary
from lms.intelligence.wording import UNKNOWING, opposed, worded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

OF_A_REFERENCE = (
    *("meaning", "covered", "precise", "overlap", "covered_new", "precise_new", "characters", "pairs"),
    *("aligned_covered", "aligned_precise", "least_covered", "least_precise", "mean_covered", "mean_precise"),
    *("negation_differs", "opposites", "named_covered", "named_extra", "named_missing", "length"),
)
_BEST = OF_A_REFERENCE[:14]
_MEAN = ("meaning", "overlap", "covered_new", "aligned_covered", "negation_differs", "opposites")
OF_THE_ANSWER = (
    *("meaning_of_question", "from_question", "words", "content_words", "new_words", "negations", "named"),
    *("references", "unknowing"),
)
NAMES = (
    *OF_A_REFERENCE,
    *(f"best_{name}" for name in _BEST),
    *(f"mean_{name}" for name in _MEAN),
    *OF_THE_ANSWER,
)
"""``OF_A_REFERENCE`` are of the nearest one in meaning; best_ and mean_ of all, whose order does not matter."""


def measured(answer: str, references: Sequence[str], question: str) -> "Numbers":
    """The features by ``NAMES``; shares and cosines, counts, and a logarithm of lengths."""
    import numpy as np

    # In one order, so that means of the same references are the same to the last bit.
    each = np.array([_against(answer, reference, question) for reference in sorted(set(references))])
    place = {name: number for number, name in enumerate(OF_A_REFERENCE)}
    nearest = each[each[:, 0].argmax()]
    return np.concatenate(
        [
            nearest,
            each[:, : len(_BEST)].max(axis=0),
            each[:, [place[name] for name in _MEAN]].mean(axis=0),
            [*_alone(answer, question), len(set(references)), not UNKNOWING.isdisjoint(worded(answer).words)],
        ]
    )


def _alone(answer: str, question: str) -> list[float]:
    said, asked = worded(answer), worded(question)
    content, known = set(said.content), set(asked.content)
    return [
        float(read(answer).whole @ read(question).whole),
        _share(content & known, content),
        len(said.words),
        len(said.content),
        len(content - known),
        said.negations,
        len(said.named),
    ]


def _against(answer: str, reference: str, question: str) -> list[float]:
    said, meant = worded(answer), worded(reference)
    has, wanted, known = set(said.content), set(meant.content), set(worded(question).content)
    common = has & wanted
    pairs, wanted_pairs = (set(pairwise(each)) for each in (said.content, meant.content))
    return [
        float(read(answer).whole @ read(reference).whole),
        _share(common, wanted),
        _share(common, has),
        2 * len(common) / max(1, len(has) + len(wanted)),
        _share(common - known, wanted - known),
        _share(common - known, has - known),
        _cosine(_characters(answer), _characters(reference)),
        _share(pairs & wanted_pairs, wanted_pairs),
        *_aligned(answer, reference),
        (said.negations > 0) != (meant.negations > 0),
        opposed(said, meant),
        _share(said.named & meant.named, meant.named) if meant.named else 1.0,
        len(said.named - meant.named),
        len(meant.named - said.named),
        math.log((len(said.words) + 1) / (len(meant.words) + 1)),
    ]


def _aligned(answer: str, reference: str) -> list[float]:
    """How near each word piece of one comes to one of the other: weighted, at least, and on average."""
    import numpy as np

    said, meant = read(answer), read(reference)
    if not said.pieces or not meant.pieces:
        return [0.0] * 6
    near = said.contextual @ meant.contextual.T
    covered, precise = near.max(axis=0), near.max(axis=1)
    return [
        float(np.average(covered, weights=[_weight(piece) for piece in meant.pieces])),
        float(np.average(precise, weights=[_weight(piece) for piece in said.pieces])),
        *(float(each) for each in (covered.min(), precise.min(), covered.mean(), precise.mean())),
    ]


def _share(part: Collection[object], whole: Collection[object]) -> float:
    return len(part) / max(1, len(whole))


@cache
def _ranks() -> dict[str, int]:
    return {piece: number for number, piece in enumerate(vocabulary())}


@lru_cache(maxsize=8_192)
def _weight(piece: str) -> float:
    """Rarer word pieces weigh more; BERT's vocabulary stands in the order of frequency (from about 1,000 on)."""
    if not piece.removeprefix("##").isalnum():
        return 0.05
    rank = _ranks().get(piece, 30_000)
    return max(0.1, math.log((rank - 900) / 100)) if rank > 1_100 else 0.1


@lru_cache(maxsize=1_024)
def _characters(text: str) -> Counter[str]:
    spaced = f" {' '.join(worded(text).words)} "
    return Counter(spaced[at : at + 4] for at in range(max(1, len(spaced) - 3)))


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    lengths = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return sum(n * other[key] for key, n in one.items() if key in other) / lengths if lengths else 0.0
