"""Parts of a document that a client replaces as a whole: those that stay are named by their ids."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Parts = Sequence[Mapping[str, Any]]


def strange(given: Parts, before: Parts, inner: str, place: str) -> Iterator[dict[str, str]]:
    """An error for each id, at ``place`` in the request, that names none of the parts ``before``, or one again.

    The parts ``inner`` of a part stay in it.
    """
    yield from _strange(given, before, place)
    inner_of = {str(part["id"]): part[inner] for part in before}
    for index, part in enumerate(given):
        yield from _strange(part[inner], inner_of.get(part["id"], ()), f"{place}/{index}/{inner}")


def _strange(given: Parts, before: Parts, place: str) -> Iterator[dict[str, str]]:
    left = {str(part["id"]) for part in before}
    for index, part in enumerate(given):
        if part["id"] and part["id"] not in left:
            yield {"pointer": f"{place}/{index}/id", "message": "names none that stands there, or one named before"}
        left.discard(part["id"])
