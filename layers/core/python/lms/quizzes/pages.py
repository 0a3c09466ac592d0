"""Pages of what can be large: Lambda's answer holds 6 MB."""

from collections.abc import Iterable
from itertools import accumulate

_MOST_BYTES = 3_000_000


def fitting(sizes: Iterable[int], limit: int) -> int:
    """How many of the rows with these sizes in bytes make a page: at most ``limit``, and at least one."""
    return max(1, min(limit, sum(total <= _MOST_BYTES for total in accumulate(sizes))))
