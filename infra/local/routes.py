"""infra/api.yaml, read as API Gateway reads it: the routes, which function each one calls, and who guards it."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

_METHODS = {
    **{method: method.upper() for method in ("get", "put", "post", "delete", "options", "head", "patch")},
    "x-amazon-apigateway-any-method": "ANY",
}
_FUNCTION = re.compile(r"\$\{(\w+)\.Arn\}")
_PARAMETER = re.compile(r"\{([^{}+]+)(\+?)\}")
# Kinds of segment, the most specific first.
_STATIC, _SINGLE, _GREEDY = range(3)


@dataclass(frozen=True)
class Segment:
    """One part of a route's path: `kind` is static, a parameter, or the greedy last parameter."""

    kind: int
    name: str


@dataclass(frozen=True)
class AuthorizerSettings:
    """A Lambda authorizer: its function's logical id, what identifies a caller, how long an answer holds (s)."""

    function: str
    identity_sources: tuple[str, ...]
    ttl: float


@dataclass(frozen=True)
class Route:
    """A route, with the logical id of its function; `key` is API Gateway's name for it: "GET /courses/{id}"."""

    key: str
    method: str
    segments: tuple[Segment, ...]
    function: str
    authorizer: AuthorizerSettings | None

    def match(self, path: Sequence[str]) -> dict[str, str] | None:
        """The path's parameters, or None when the path is another's."""
        parameters: dict[str, str] = {}
        for index, segment in enumerate(self.segments):
            if index >= len(path):
                return None
            if segment.kind == _GREEDY:
                return parameters | {segment.name: "/".join(path[index:])}
            if segment.kind == _SINGLE:
                parameters[segment.name] = path[index]
            elif segment.name != path[index]:
                return None
        return parameters if len(path) == len(self.segments) else None


class Routes:
    """Finds a request's route by API Gateway's rules: static before {name} before {name+}, a method before ANY."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._by_method: defaultdict[str, list[Route]] = defaultdict(list)
        for route in _routes(document):
            self._by_method[route.method].append(route)
        for routes in self._by_method.values():
            routes.sort(key=_specificity)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and its path parameters for a percent-decoded path, or None."""
        # HTTP APIs decode first and match afterwards, and ignore empty segments: /courses/ is /courses.
        segments = [segment for segment in path.split("/") if segment]
        for name in (method, "ANY"):
            for route in self._by_method[name]:
                parameters = route.match(segments)
                if parameters is not None:
                    return route, parameters
        return None


def read_document(path: Path) -> dict[str, Any]:
    """The OpenAPI document, by libyaml where it is there: ten times as fast for a file of this size."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    return document


def _specificity(route: Route) -> tuple[bool, list[int]]:
    kinds = [segment.kind for segment in route.segments]
    return _GREEDY in kinds, kinds


def _routes(document: Mapping[str, Any]) -> Iterator[Route]:
    authorizers = _authorizers(document)
    for path, item in document["paths"].items():
        segments = tuple(_segment(part, path) for part in path.split("/") if part)
        for name, operation in item.items():
            if name not in _METHODS:
                continue
            method = _METHODS[name]
            integration = _dereferenced(document, operation["x-amazon-apigateway-integration"])
            yield Route(
                key=f"{method} {path}",
                method=method,
                segments=segments,
                function=_function(integration["uri"]),
                authorizer=_guard(operation.get("security", document.get("security", [])), authorizers),
            )


def _segment(part: str, path: str) -> Segment:
    parameter = _PARAMETER.fullmatch(part)
    if parameter:
        return Segment(_GREEDY if parameter[2] else _SINGLE, parameter[1])
    if "{" in part:
        raise ValueError(f"API Gateway has no path parameter within a segment: {path}")
    return Segment(_STATIC, part)


def _authorizers(document: Mapping[str, Any]) -> dict[str, AuthorizerSettings]:
    schemes = document.get("components", {}).get("securitySchemes", {})
    return {
        name: AuthorizerSettings(
            function=_function(settings["authorizerUri"]),
            identity_sources=tuple(source.strip() for source in settings["identitySource"].split(",")),
            ttl=settings.get("authorizerResultTtlInSeconds", 300),
        )
        for name, scheme in schemes.items()
        if (settings := scheme.get("x-amazon-apigateway-authorizer"))
    }


def _guard(
    security: Sequence[Mapping[str, Any]], authorizers: Mapping[str, AuthorizerSettings]
) -> AuthorizerSettings | None:
    return next((authorizers[name] for requirement in security for name in requirement), None)


def _function(uri: Any) -> str:
    """The logical id in an invocation URI: {"Fn::Sub": "…${CourseFunction.Arn}/invocations"}."""
    found = _FUNCTION.search(json.dumps(uri))
    if not found:
        raise ValueError(f"no function's Arn in {uri}")
    return found[1]


def _dereferenced(document: Any, node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    target = document
    for key in node["$ref"].removeprefix("#/").split("/"):
        target = target[key]
    return target  # type: ignore[no-any-return]
