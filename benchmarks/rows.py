"""Printing a comparison: a figure, its floor, their ratio, and whether the goal holds."""

import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor


def interleaved(measured: Callable[[], float], floor: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The median of both, by turns: the machine's moods hit both alike."""
    ours, bare = zip(*[(measured(), floor()) for _ in range(rounds)], strict=True)
    return statistics.median(ours), statistics.median(bare)


def side_by_side(
    measured: Callable[[], float], floor: Callable[[], float], rounds: int
) -> tuple[float, float, float]:
    """The medians of both, and of their ratio, over runs that begin at the same moment, each on a core of its own:
    where others use the machine too, its speed moves by more within seconds than what is to be seen here."""
    with ThreadPoolExecutor(2) as cores:
        pairs = []
        for _ in range(rounds):
            ours, bare = cores.submit(measured), cores.submit(floor)
            pairs.append((ours.result(), bare.result()))
    ours_all, bare_all = zip(*pairs, strict=True)
    ratio = statistics.median(ours / bare for ours, bare in pairs)
    return statistics.median(ours_all), statistics.median(bare_all), ratio


def round_trips(call: Callable[[], object]) -> str:
    """How often ``call`` goes to MongoDB, in words to follow its name."""
    from tests.mongo_commands import recorded

    with recorded() as log:
        call()
    return f", {len(log)} round trip{'s'[: len(log) != 1]}"


def title(text: str, columns: Sequence[str]) -> None:
    print(f"\n{text}\n{'':34}" + "".join(f"{column:>12}" for column in columns))


def row(name: str, ours: float, floor: float, ratio: float | None = None, *, goal: float | None = None) -> None:
    """`ours` and `floor` in seconds; `ratio` where it is not theirs."""
    ratio = ratio or ours / floor
    verdict = "" if goal is None else f"   goal {goal:.2f}: {'held' if ratio <= goal else 'MISSED'}"
    print(f"{name:34}{ours * 1000:10.2f}ms{floor * 1000:10.2f}ms{ratio:11.2f}×{verdict}", flush=True)
