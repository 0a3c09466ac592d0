"""The stack's clock: real time plus an offset that tests and demos move."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """`offset` is in seconds; `watch`ers are told of every change."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._watchers: list[Callable[[float], None]] = []

    def now(self) -> datetime:
        """The stack's present instant, aware UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def advance(self, seconds: float) -> None:
        """Move the clock forward (back, if negative)."""
        self.offset += seconds
        for watcher in self._watchers:
            watcher(self.offset)

    def watch(self, watcher: Callable[[float], None]) -> None:
        """Call `watcher` with the new offset at every change."""
        self._watchers.append(watcher)
