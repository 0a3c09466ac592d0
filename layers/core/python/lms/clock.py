"""The one clock that rules ask, so that the local stack and its tests can move time."""

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """The current instant, aware UTC, cut to the milliseconds that MongoDB keeps."""
    moment = datetime.now(UTC) + _offset
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def shift(seconds: float) -> None:
    """Set this process's offset from real time."""
    global _offset
    _offset = timedelta(seconds=seconds)
