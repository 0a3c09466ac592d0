"""Where two lists of tokens are equal: in blocks, whatever their order, and in order.

Blocks by greedy string tiling (Wise: String Similarity via Greedy String Tiling and Running Karp-Rabin Matching,
1993), the longest first, each token in one block at most: moved parts match as they are, and inserted ones cost
what they add. In order by the longest common subsequence, computed in machine words (Hyyrö: Bit-Parallel LCS-length
Computation Revisited, 2004).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from lms.similarity.tokens import GAP

# In a table of a thousand equal rows each row matches each: of a k-gram with more places, further ones are not
# looked at, and inside a block none.
_MOST_PLACES = 40


class Tile(NamedTuple):
    """``left[left_at : left_at + length] == right[right_at : right_at + length]``."""

    left_at: int
    right_at: int
    length: int


def tiles(left: Sequence[str], right: Sequence[str], least: int) -> list[Tile]:
    """Blocks of at least ``least`` equal tokens, in the order of the left. None holds a gap."""
    taken_left, taken_right = bytearray(len(left)), bytearray(len(right))
    waiting = [(-tile.length, tile) for tile in _maximal(left, right, least)]
    heapify(waiting)
    found = []
    while waiting:
        _, tile = heappop(waiting)
        free = list(_free(tile, taken_left, taken_right, least))
        if free == [tile]:
            found.append(tile)
            taken_left[tile.left_at : tile.left_at + tile.length] = b"\1" * tile.length
            taken_right[tile.right_at : tile.right_at + tile.length] = b"\1" * tile.length
        else:
            for part in free:
                heappush(waiting, (-part.length, part))
    return sorted(found)


def _maximal(left: Sequence[str], right: Sequence[str], least: int) -> Iterator[Tile]:
    """Every block that can be made longer at neither end."""
    places = defaultdict[tuple[str, ...], list[int]](list)
    for at in range(len(right) - least + 1):
        gram = tuple(right[at : at + least])
        if GAP not in gram and len(places[gram]) < _MOST_PLACES:
            places[gram].append(at)
    # By diagonal how far the last block on it reaches, and how far any does.
    reached, furthest = dict[int, int](), 0
    for left_at in range(len(left) - least + 1):
        found = places.get(tuple(left[left_at : left_at + least]), ())
        if len(found) == _MOST_PLACES and left_at < furthest:
            continue
        for right_at in found:
            diagonal = left_at - right_at
            if reached.get(diagonal, -1) > left_at:
                continue
            length = least
            while (
                left_at + length < len(left)
                and right_at + length < len(right)
                and left[left_at + length] == right[right_at + length] != GAP
            ):
                length += 1
            reached[diagonal] = left_at + length
            furthest = max(furthest, left_at + length)
            yield Tile(left_at, right_at, length)


def _free(tile: Tile, taken_left: bytearray, taken_right: bytearray, least: int) -> Iterator[Tile]:
    """The parts of a block that no longer one has taken, if they are long enough still."""
    start = 0
    for step in range(tile.length + 1):
        if step == tile.length or taken_left[tile.left_at + step] or taken_right[tile.right_at + step]:
            if step - start >= least:
                yield Tile(tile.left_at + start, tile.right_at + start, step - start)
            start = step + 1


def in_order(left: Sequence[str], right: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    places = defaultdict[str, int](int)
    for at, value in enumerate(right):
        if value != GAP:
            places[value] |= 1 << at
    everything = (1 << len(right)) - 1
    row = everything
    for value in left:
        if hits := row & places.get(value, 0):
            row = ((row + hits) | (row - hits)) & everything
    return len(right) - row.bit_count()
