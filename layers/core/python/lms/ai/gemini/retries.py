"""Calling again what failed for a while: exponential backoff with full jitter, within the time that is left."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from lms.ai.failures import ProviderUnavailable

T = TypeVar("T")


class Transient(Exception):
    """A call that may succeed when made again, not before ``retry_after`` seconds where that is given."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class RateLimited(Transient):
    """The provider is well and wants fewer calls."""


class Outage(Transient):
    """The provider is away, broken or too slow. ``billable``: it may have read the request all the same."""

    def __init__(self, reason: str, retry_after: float | None = None, *, billable: bool = False) -> None:
        super().__init__(reason, retry_after)
        self.billable = billable


@dataclass(frozen=True)
class Retries:
    """Seconds, except ``attempts``.

    ``margin`` is kept for what follows the call, such as storing its answer. A call with less than
    ``shortest_call`` to go is not begun: its timeout would say nothing about the provider.
    """

    attempts: int = 5
    base: float = 1.0
    longest_wait: float = 20.0
    longest_call: float = 60.0
    shortest_call: float = 10.0
    margin: float = 3.0
    sleep: Callable[[float], None] = time.sleep

    def run(self, call: Callable[[float], T], remaining_seconds: Callable[[], float]) -> T:
        """``call`` gets the seconds it may take and raises Transient. Raise ProviderUnavailable in the end."""
        for attempt in count():
            left = remaining_seconds() - self.margin
            if left < self.shortest_call:
                raise ProviderUnavailable("No time was left in this run to call Gemini; it is tried again.")
            try:
                return call(min(left, self.longest_call))
            except Transient as failure:
                wait = self._wait(attempt, failure.retry_after)
                left = remaining_seconds() - self.margin
                if attempt + 1 >= self.attempts or wait + self.shortest_call > left:
                    raise ProviderUnavailable(failure.reason, retry_after=failure.retry_after) from failure
            self.sleep(wait)
        raise AssertionError("unreachable")

    def _wait(self, attempt: int, retry_after: float | None) -> float:
        # The jitter comes on top of what the provider asked for: else all who were told the same return at once.
        return (retry_after or 0.0) + random.uniform(0, min(self.longest_wait, self.base * 2**attempt))
