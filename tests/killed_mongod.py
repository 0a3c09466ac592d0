"""People at work while mongod is killed and started again."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from infra.local.stack import Stack
from tests.people import Answer

AWAY_SECONDS = (6.0, 0.3)
"""By turns: longer than a function waits for MongoDB, and so short that it answers after all."""
PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 120
LOSES_ANSWER = 0.05
CLOSES_TAB = 0.3
"""How likely a person closes the tab when no answer has come."""


class Tally:
    """Counts what all the tabs have done."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        with self._changed:
            self._counts[name] += 1
            self._changed.notify_all()

    def __getitem__(self, name: str) -> int:
        return self._counts[name]

    def wait_for(self, name: str, count: int) -> None:
        with self._changed:
            reached = self._changed.wait_for(lambda: self._counts[name] >= count, timeout=600)
        assert reached, self._counts


def answered(call: Callable[[], Answer]) -> Answer | None:
    """None where the connection broke."""
    try:
        return call()
    except OSError:
        return None


def all_at_once(works: Sequence[Callable[[], object]]) -> tuple[list[threading.Thread], list[BaseException]]:
    failures: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for each in threads:
        each.start()
    return threads, failures


def ended(threads: list[threading.Thread], failures: list[BaseException]) -> None:
    for each in threads:
        each.join()
    assert not failures, failures[0]


def kill_and_restart(stack: Stack, away_seconds: float) -> None:
    stack.kill_mongod()
    time.sleep(away_seconds)
    stack.restart_mongod()


def kill_along(stack: Stack, tally: Tally, total: int, kills: int) -> None:
    """Evenly over the run, while ``total`` are acknowledged."""
    for kill in range(1, kills + 1):
        tally.wait_for("acknowledged", kill * total // (kills + 1))
        kill_and_restart(stack, AWAY_SECONDS[(kill - 1) % len(AWAY_SECONDS)])
