"""Printing a comparison: a figure, its floor, their ratio, and whether the goal holds."""

import statistics
from collections.abc import Callable, Iterable, Sequence


def interleaved(
    measured: Callable[[], float],
    floor: Callable[[], float],
    rounds: int,
    of: Callable[[Iterable[float]], float] = statistics.median,
) -> tuple[float, float]:
    """The median (or another figure ``of`` them) of both, by turns: the machine's moods hit both alike."""
    ours, bare = zip(*[(measured(), floor()) for _ in range(rounds)], strict=True)
    return of(ours), of(bare)


def round_trips(call: Callable[[], object]) -> str:
    """How often ``call`` goes to MongoDB, in words to follow its name."""
    from tests.mongo_commands import recorded

    with recorded() as log:
        call()
    return f", {len(log)} round trip{'s'[: len(log) != 1]}"


def title(text: str, columns: Sequence[str]) -> None:
    print(f"\n{text}\n{'':34}" + "".join(f"{column:>12}" for column in columns))


def row(name: str, ours: float, floor: float, goal: float | None = None) -> None:
    """`ours` and `floor` in seconds."""
    ratio = ours / floor
    verdict = "" if goal is None else f"   goal {goal:.2f}: {'held' if ratio <= goal else 'MISSED'}"
    print(f"{name:34}{ours * 1000:10.2f}ms{floor * 1000:10.2f}ms{ratio:11.2f}×{verdict}", flush=True)
