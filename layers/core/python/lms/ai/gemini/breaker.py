"""A circuit breaker that all workers share: while Gemini is away, they stop asking for a while."""

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from lms.ai.failures import ProviderUnavailable
from lms.ai.gemini.retries import Outage

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.circuit_breaker import CircuitBreakerConfig, CircuitInfo
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerDynamoDBPersistence

RECOVERY_SECONDS = 30
_FAILURES = 5

P = ParamSpec("P")
R = TypeVar("R")


def guarded(call: Callable[P, R], *, circuit: str, table: str) -> Callable[P, R]:
    """Open after five outages in a row; then raise ProviderUnavailable unasked. Without a table: no breaker."""
    if not table:
        return call
    from aws_lambda_powertools.utilities.circuit_breaker import circuit_breaker

    decorate = circuit_breaker(
        name=circuit, persistence_store=_store(table), on_circuit_open=_refuse, config=_config()
    )
    return cast("Callable[P, R]", decorate(call))


def _refuse(*_: Any, circuit: "CircuitInfo") -> None:
    opened_at = circuit.opened_at or time.time()
    raise ProviderUnavailable(
        "Gemini has failed several times in a row and is left alone for a while; it is tried again.",
        retry_after=max(1.0, opened_at + RECOVERY_SECONDS - time.time()),
    )


@cache
def _store(table: str) -> "CircuitBreakerDynamoDBPersistence":
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerDynamoDBPersistence
    from botocore.config import Config

    return CircuitBreakerDynamoDBPersistence(
        table_name=table,
        boto_config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2}),
    )


@cache
def _config() -> "CircuitBreakerConfig":
    from aws_lambda_powertools.utilities.circuit_breaker import CircuitBreakerConfig

    # One good probe closes: only the worker that won the probe may make the next, and it may get no more work.
    return CircuitBreakerConfig(
        failure_threshold=_FAILURES,
        recovery_timeout=RECOVERY_SECONDS,
        success_threshold=1,
        handled_exceptions=Outage,
    )
