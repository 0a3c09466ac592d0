"""Responses of the gateway's endpoints."""

from typing import Literal

from lms.fields import Moment, Resource

Status = Literal["ok", "degraded", "down"]
DependencyStatus = Literal["ok", "degraded", "down", "not_configured"]


class Health(Resource):
    status: Literal["ok"] = "ok"
    version: str


class Dependency(Resource):
    """``latency_ms`` is null where it did not answer, or was not asked."""

    name: str
    status: DependencyStatus
    latency_ms: float | None


class Domain(Resource):
    """``dead_letters`` counts the messages that its worker gave up; null where it has no queue or is not known."""

    name: str
    status: Status
    dependencies: list[str]
    dead_letters: int | None


class ServiceHealth(Resource):
    """``checked_at`` may be 15 s ago."""

    status: Status
    checked_at: Moment
    domains: list[Domain]
    dependencies: list[Dependency]
