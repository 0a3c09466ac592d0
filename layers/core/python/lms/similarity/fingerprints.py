"""Winnowing: few of a document's k-gram hashes, chosen so that what two documents share is found in both.

Schleimer, Wilkerson, Aiken: Winnowing: Local Algorithms for Document Fingerprinting, SIGMOD 2003,
doi 10.1145/872757.872770. Of each window of ``guarantee - noise + 1`` neighbouring hashes the smallest is kept, the
rightmost of equal ones. So any shared run of at least ``guarantee`` tokens has a shared fingerprint, and no run
shorter than ``noise`` tokens has one.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from lms.similarity.tokens import Token, runs


class Thresholds(NamedTuple):
    """In tokens: the paper's noise threshold k and guarantee threshold t."""

    noise: int
    guarantee: int

    @property
    def window(self) -> int:
        return self.guarantee - self.noise + 1


TEXT = Thresholds(noise=5, guarantee=8)
CODE = Thresholds(noise=9, guarantee=15)


class Fingerprint(NamedTuple):
    """``place`` is the number of the k-gram's first token; ``hash`` a signed 64-bit integer, as BSON keeps it."""

    hash: int
    place: int


def winnowed(tokens: Sequence[Token], thresholds: Thresholds, kind: str) -> list[Fingerprint]:
    """In their order, none of them across a gap. Documents of another ``kind`` (text, or a programming language)
    share no hash with these.

    A run shorter than a window gives its smallest hash; one shorter than ``noise`` tokens none.
    """
    found = []
    for run in runs(tokens):
        hashes = _hashes([token.value for token in tokens[run.start : run.end]], thresholds.noise, kind)
        chosen = _chosen(hashes, thresholds.window)
        found += [Fingerprint(hashes[place], run.start + place) for place in chosen]
    return found


def grams(tokens: Sequence[Token], size: int, kind: str) -> Iterator[Fingerprint]:
    """Each run of ``size`` tokens that has no gap."""
    for run in runs(tokens):
        values = [token.value for token in tokens[run.start : run.end]]
        for place, each in enumerate(_hashes(values, size, kind), start=run.start):
            yield Fingerprint(each, place)


def _hashes(values: Sequence[str], size: int, kind: str) -> list[int]:
    return [_hash("\x1f".join(values[place : place + size]), kind) for place in range(len(values) - size + 1)]


def _hash(gram: str, kind: str) -> int:
    digest = blake2b(gram.encode("utf-8", "replace"), digest_size=8, person=kind.encode()).digest()
    return int.from_bytes(digest, "big", signed=True)


def _chosen(hashes: Sequence[int], window: int) -> Iterator[int]:
    last = -1
    for start in range(max(1, len(hashes) - window + 1) if hashes else 0):
        places = range(start, min(start + window, len(hashes)))
        smallest = min(places, key=lambda place: (hashes[place], -place))
        if smallest != last:
            yield smallest
            last = smallest
