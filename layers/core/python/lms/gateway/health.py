"""How the backend is: every dependency asked at once, none waited for long, and what that means for each domain."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from pymongo.errors import PyMongoError

from lms import clock
from lms.config import settings
from lms.errors import Unavailable
from lms.gateway import VERSION, dependencies
from lms.gateway.dependencies import Reply
from lms.gateway.models import Dependency, DependencyStatus, Domain, Health, ServiceHealth, Status

_LONGEST_SECONDS = 1.5
_SHORTEST_SECONDS = 0.5
_SLOW_MILLISECONDS = 800.0
_KEPT = timedelta(seconds=15)


@dataclass(frozen=True)
class _Needs:
    """Without ``must`` the domain is down; without ``may``, or with dead letters of ``queues``, it is degraded."""

    must: tuple[str, ...] = ("mongodb",)
    may: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()


DOMAINS: Mapping[str, _Needs] = {
    "gateway": _Needs(),
    "auth": _Needs(may=("sqs",)),
    "courses": _Needs(may=("sqs", "dynamodb"), queues=("work_queue_url",)),
    "assessments": _Needs(may=("sqs", "dynamodb", "ai"), queues=("similarity_queue_url", "grading_queue_url")),
    "ai": _Needs(must=("mongodb", "sqs"), may=("ai", "dynamodb"), queues=("ai_queue_url",)),
    "files": _Needs(must=("mongodb", "s3"), may=("sqs",), queues=("file_checks_queue_url", "extraction_queue_url")),
    "analytics": _Needs(must=("mongodb", "sqs"), queues=("events_queue_url",)),
    "notifications": _Needs(must=("mongodb", "dynamodb")),
}
"""The domains that have functions. ``queues`` are the settings that hold the addresses of what its workers read."""

_latest: ServiceHealth | None = None


def alive() -> Health:
    """Raise Unavailable where MongoDB does not answer within a second."""
    try:
        dependencies.ping_mongodb()
    except PyMongoError as error:
        raise Unavailable("The database is away") from error
    return Health(version=VERSION)


def services() -> ServiceHealth:
    """The state of every domain and dependency, at most 15 s old; made in less than 2 s."""
    global _latest
    if _latest is None or not timedelta() <= clock.now() - _latest.checked_at < _KEPT:
        _latest = _examine()
    return _latest


def _examine() -> ServiceHealth:
    give_up_at = time.monotonic() + _LONGEST_SECONDS
    questions = {**dependencies.pings(), **_counts()}
    # A cold process spends long on making its clients: that is no sign of a dependency's health.
    replies = dependencies.ask(questions, max(_SHORTEST_SECONDS, give_up_at - time.monotonic()))
    rows = [_dependency(name, replies.get(name)) for name in dependencies.NAMES]
    states = {row.name: row.status for row in rows}
    domains = [_domain(name, needs, states, _dead_letters(needs, replies)) for name, needs in DOMAINS.items()]
    overall = _worst([domain.status for domain in domains])
    return ServiceHealth(status=overall, checked_at=clock.now(), domains=domains, dependencies=rows)


def _counts() -> dict[str, dependencies.Question]:
    urls = {name: getattr(settings(), name) for needs in DOMAINS.values() for name in needs.queues}
    return {_dead_letters_of(name): partial(dependencies.dead_letters, url) for name, url in urls.items() if url}


def _dead_letters_of(queue: str) -> str:
    return f"dead letters of {queue}"


def _dead_letters(needs: _Needs, replies: Mapping[str, Reply]) -> int | None:
    """Of all its queues; None where not every one is known."""
    counts = [replies.get(_dead_letters_of(name), Reply()).value for name in needs.queues]
    return sum(counts) if counts and None not in counts else None


def _dependency(name: str, reply: Reply | None) -> Dependency:
    status: DependencyStatus = "ok"
    if reply is None:
        return Dependency(name=name, status="not_configured", latency_ms=None)
    if reply.latency_ms is None:
        status = "down"
    elif reply.struggling or reply.latency_ms > _SLOW_MILLISECONDS:
        status = "degraded"
    return Dependency(name=name, status=status, latency_ms=reply.latency_ms)


def _domain(name: str, needs: _Needs, states: Mapping[str, DependencyStatus], dead_letters: int | None) -> Domain:
    status: Status = "ok"
    if dead_letters or any(states[each] in ("degraded", "down") for each in (*needs.must, *needs.may)):
        status = "degraded"
    if any(states[each] == "down" for each in needs.must):
        status = "down"
    return Domain(name=name, status=status, dependencies=[*needs.must, *needs.may], dead_letters=dead_letters)


def _worst(states: Sequence[Status]) -> Status:
    order: tuple[Status, ...] = ("down", "degraded", "ok")
    return min(states, key=order.index)
