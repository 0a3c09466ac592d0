"""Calls that race. In one process they are of the rules: the resolver serves one event at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from lms.errors import DomainError

T = TypeVar("T")


def results(*calls: Callable[[], T]) -> list[T]:
    """What each returns, in their order; they begin together."""
    together = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        together.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def endings(*calls: Callable[[], Any], refusal: type[Any] = DomainError) -> list[str]:
    """``ok``, or the code of the refusal, of each."""

    def ending(call: Callable[[], Any]) -> str:
        try:
            call()
        except refusal as refused:
            return str(refused.code)
        return "ok"

    return results(*(lambda call=call: ending(call) for call in calls))
