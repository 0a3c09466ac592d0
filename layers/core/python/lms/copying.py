"""Copies of documents: ids that name a copied document name its copy, and what is large goes in pieces."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import bson
from bson import ObjectId

from lms.errors import Conflict
from lms.mongo import Document

Names = Mapping[ObjectId, ObjectId]
"""The copy's id by the original's."""

_BATCH_BYTES = 4_000_000


class Allowance:
    """How many bytes one transaction may copy, so that it ends in time and fits into a function."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most

    def batches(self, rows: Iterable[Document]) -> Iterator[list[Document]]:
        """The rows in their order, each batch a few megabytes. Raise 409 TOO_LARGE_TO_COPY beyond the allowance."""
        batch: list[Document] = []
        size = 0
        for row in rows:
            bytes = len(bson.encode(row))
            self._left -= bytes
            if self._left < 0:
                raise Conflict(f"This holds more than {self._most} bytes", code="TOO_LARGE_TO_COPY")
            batch.append(row)
            size += bytes
            if size >= _BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def renamed(value: Any, names: Names) -> Any:
    """The value with each id in it that has a new name under that, however deep it stands."""
    if isinstance(value, ObjectId):
        return names.get(value, value)
    if isinstance(value, dict):
        return {key: renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, names) for inner in value]
    return value
