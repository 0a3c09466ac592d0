"""API Gateway's use of a Lambda authorizer: identity sources, simple responses, and answers kept for a while."""

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from infra.local.lambda_events import HttpRequest, authorizer_event
from infra.local.routes import Route
from infra.local.workers import Deployment, FunctionError, Workers

_SOURCE = re.compile(r"\$request\.(header|querystring)\.(.+)")
# API Gateway gives an authorizer 10 s whatever the function's own timeout.
_TIMEOUT_SECONDS = 10
_MAX_KEPT = 10_000


class Unauthorized(Exception):
    """An identity source is missing; the authorizer was not asked."""


class Forbidden(Exception):
    """The authorizer said no."""


class AuthorizerFailed(Exception):
    """The authorizer failed, or its answer is not a simple response."""


class Authorizer:
    """Asks the authorizer function who the caller is, and keeps its answers by identity source."""

    def __init__(self, deployment: Deployment, workers: Workers) -> None:
        self._deployment = deployment
        self._workers = workers
        self._kept: dict[tuple[str, ...], tuple[float, Mapping[str, Any]]] = {}

    def context(
        self, request: HttpRequest, route: Route, path_parameters: Mapping[str, str]
    ) -> Mapping[str, Any] | None:
        """What the event carries under `authorizer.lambda`; None for a route without an authorizer."""
        settings = route.authorizer
        if settings is None:
            return None
        identity = tuple(_value(source, request) for source in settings.identity_sources)
        if not all(identity):
            raise Unauthorized
        key = (settings.function, *identity)
        now = time.time() + self._workers.clock_offset
        expires_at, answer = self._kept.get(key, (0.0, {}))
        if expires_at <= now:
            answer = self._ask(
                settings.function,
                authorizer_event(request, route_key=route.key, path_parameters=path_parameters, identity=identity),
            )
            self._keep(key, now + settings.ttl, answer)
        if not answer["isAuthorized"]:
            raise Forbidden
        return answer.get("context") or {}

    def _ask(self, function_id: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        function = self._deployment.functions[function_id]
        try:
            answer = self._workers.invoke(
                function.handler,
                event,
                timeout=min(function.timeout, _TIMEOUT_SECONDS),
                function_name=function.logical_id,
                memory=function.memory,
            )
        except FunctionError as error:
            raise AuthorizerFailed(str(error)) from error
        if not isinstance(answer, dict) or not isinstance(answer.get("isAuthorized"), bool):
            raise AuthorizerFailed("not a simple response")
        return answer

    def _keep(self, key: tuple[str, ...], expires_at: float, answer: Mapping[str, Any]) -> None:
        if len(self._kept) >= _MAX_KEPT:
            self._kept.clear()
        self._kept[key] = (expires_at, answer)


def _value(source: str, request: HttpRequest) -> str:
    found = _SOURCE.fullmatch(source)
    if not found:
        raise AuthorizerFailed(f"identity source {source} is not supported by the local gateway")
    if found[1] == "header":
        return request.header(found[2].lower())
    return dict(parse_qsl(request.query)).get(found[2], "")
