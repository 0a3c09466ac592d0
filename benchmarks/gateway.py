"""What the local gateway adds to a request: over HTTP against the same event given to a worker directly."""

import time

from benchmarks.rows import interleaved, row, title
from benchmarks.school import School
from infra.local.stack import Stack

_CALLS = 100
_ROUNDS = 7


def run(stack: Stack, school: School) -> None:
    event = school.event("GET", "/auth/me")

    def over_http() -> float:
        start = time.perf_counter()
        for _ in range(_CALLS):
            school.call("GET", "/auth/me")
        return (time.perf_counter() - start) / _CALLS

    def directly() -> float:
        start = time.perf_counter()
        for _ in range(_CALLS):
            stack.invoke("MeFunction", event)
        return (time.perf_counter() - start) / _CALLS

    title("Local gateway, per request", ["over HTTP", "invoke", "ratio"])
    ours, bare = interleaved(over_http, directly, _ROUNDS)
    row("GET /auth/me", ours, bare)
    print(f"{'overhead':34}{(ours - bare) * 1000:10.2f}ms")
