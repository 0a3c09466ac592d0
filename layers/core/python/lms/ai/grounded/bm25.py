"""BM25F: how well documents of several fields fit a query."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

K1 = 1.2
B = 0.75
FIELD_WEIGHTS = {"title": 8.0, "headings": 4.0, "body": 1.0}


def bm25f(query: Iterable[str], fields: Sequence[Mapping[str, Counter[str]]]) -> list[float]:
    """A score per document, given each one's stems by field.

    Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, section 3.6; the inverse
    document frequency is kept above zero, since a library may hold a single text.
    """
    totals = [sum(bag.total() * FIELD_WEIGHTS[name] for name, bag in each.items()) for each in fields]
    average = sum(totals) / len(totals) if totals else 0.0
    scores = [0.0] * len(fields)
    for word in dict.fromkeys(query):
        weights = [sum(FIELD_WEIGHTS[name] * bag[word] for name, bag in each.items()) for each in fields]
        holding = sum(1 for weight in weights if weight)
        rarity = math.log(1 + (len(fields) - holding + 0.5) / (holding + 0.5))
        for number, weight in enumerate(weights):
            length = 1 - B + B * totals[number] / average if average else 1.0
            scores[number] += rarity * weight / (K1 * length + weight) if weight else 0.0
    return scores
