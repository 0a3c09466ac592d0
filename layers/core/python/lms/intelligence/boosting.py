"""Gradient-boosted trees (Friedman 2001) as data: many small trees add up to one number for each label."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Node = tuple[int, float, int, int] | tuple[float]
"""Feature, threshold, the node for values up to it and the node for those above; or the value of a leaf."""


@dataclass(frozen=True)
class Boosted:
    """``trees`` stand in rounds of one for each label; ``start`` is each label's number before the first."""

    features: tuple[str, ...]
    labels: tuple[str, ...]
    start: tuple[float, ...]
    trees: tuple[tuple[Node, ...], ...]

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Boosted":
        trees = tuple(tuple(tuple(node) for node in tree) for tree in stored["trees"])
        return cls(tuple(stored["features"]), tuple(stored["labels"]), tuple(stored["start"]), trees)

    def probabilities(self, measured: Mapping[str, float]) -> dict[str, float]:
        """Of each label; they add up to 1."""
        values = [measured[name] for name in self.features]
        sums = list(self.start)
        for number, tree in enumerate(self.trees):
            sums[number % len(sums)] += _leaf(tree, values)
        highest = max(sums)
        powers = [math.exp(each - highest) for each in sums]
        return {label: power / sum(powers) for label, power in zip(self.labels, powers, strict=True)}


def _leaf(tree: tuple[Node, ...], values: list[float]) -> float:
    node = tree[0]
    while len(node) == 4:
        feature, threshold, left, right = node
        node = tree[left if values[feature] <= threshold else right]
    return node[0]
