"""openapi.json: what clients may rely on."""

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any, cast

from infra.contract.call_graph import dependencies, reached
from infra.contract.components import DESCRIPTION, HEADERS, PARAMETERS, SCHEMAS, Json
from infra.contract.endpoints import Endpoint, endpoints, import_handlers
from lms import http, idempotency
from lms.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from lms.gateway import VERSION
from lms.permissions import ANYONE, GLOBAL

_PROBLEMS: dict[int, type[DomainError]] = {
    error.status: error
    for error in (
        http.MalformedBody,
        Unauthenticated,
        Forbidden,
        NotFound,
        Conflict,
        PreconditionFailed,
        TooLarge,
        UnsupportedMediaType,
        Invalid,
        TooManyRequests,
        Unavailable,
    )
}
# What API Gateway answers by itself: no token, no such route, over 10 MB, throttled, no answer from the function.
_GATEWAY_ANSWERS = {401, 404, 413, 429, 503}
_WITH_BODY = {"POST", "PUT", "PATCH"}
_SUCCESSES = {"200": "Done", "201": "Created", "202": "Accepted: the work goes on", "204": "Done, nothing to say"}
_ID = {"type": "string", "pattern": "^[0-9a-f]{24}$"}


def openapi() -> Json:
    """The OpenAPI 3.1 document for clients."""
    import_handlers()
    made = _from_powertools()
    schemas = made["components"]["schemas"]
    for leftover in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(leftover, None)
    paths: Json = {}
    for endpoint in endpoints():
        operation = made["paths"].get(endpoint.path, {}).get(endpoint.method.lower(), {})
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Learning management API",
            "version": VERSION,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in sorted({each.domain for each in endpoints()})],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": _used(paths, {error.__name__: _problem_response(error) for error in _PROBLEMS.values()}),
            "schemas": dict(sorted({**_tidy(schemas), **SCHEMAS}.items())),
        },
    }


def _used(paths: Json, responses: Json) -> Json:
    text = json.dumps(paths)
    return {name: each for name, each in responses.items() if f'"#/components/responses/{name}"' in text}


def _from_powertools() -> Json:
    raw = http.app.get_openapi_json_schema(title="", version="", openapi_version="3.1.0")
    # Pydantic's name for a generic model, Page_Course_, as a client would name it: CoursePage.
    return cast(Json, json.loads(re.sub(r"\bPage_(\w+?)_(?=\W)", r"\1Page", raw)))


def _operation(endpoint: Endpoint, raw: Json) -> Json:
    operation: Json = {
        "operationId": endpoint.operation_id,
        "summary": endpoint.operation_id.replace("_", " ").capitalize(),
        "tags": [endpoint.domain],
        "security": [{"bearer": []}] if endpoint.permission else [],
    }
    if endpoint.handler is None:
        media_type = "application/json" if endpoint.path.endswith(".json") else "text/html"
        return {**operation, "responses": {"200": {"description": "Done", "content": {media_type: {}}}}}
    if text := inspect.getdoc(endpoint.handler):
        operation["description"] = text
    if endpoint.permission:
        operation["x-permission"] = endpoint.permission
    reach = reached(endpoint.handler, *dependencies(endpoint.handler))
    if parameters := [*map(_parameter, raw.get("parameters", ())), *_header_parameters(endpoint, reach)]:
        operation["parameters"] = parameters
    if "requestBody" in raw:
        operation["requestBody"] = _tidy(raw["requestBody"])
    operation["responses"] = {
        **{status: _success(endpoint, reach, raw, status) for status in raw["responses"] if status < "300"},
        **({"304": _not_modified()} if endpoint.method == "GET" else {}),
        **{
            str(status): _ref("responses", _PROBLEMS[status].__name__) for status in _refusals(endpoint, reach, raw)
        },
    }
    return operation


def _parameter(raw: Json) -> Json:
    parameter: Json = _tidy(raw)
    if parameter["in"] == "path" and re.fullmatch(r"id|\w+_id", parameter["name"]):
        parameter["schema"] = _ID
    return parameter


def _header_parameters(endpoint: Endpoint, reach: frozenset[Any]) -> Iterator[Json]:
    if endpoint.method == "GET":
        yield _ref("parameters", "IfNoneMatch")
    if http.if_match in reach:
        yield _ref("parameters", "IfMatch")
    if idempotency.once_prepared in reach:
        yield _ref("parameters", "IdempotencyKey")


def _success(endpoint: Endpoint, reach: frozenset[Any], raw: Json, status: str) -> Json:
    names = []
    if endpoint.method == "GET" or (http.if_match in reach and status != "204") or http.created in reach:
        names.append("ETag")
    if http.created in reach or http.accepted in reach:
        names.append("Location")
    if http.page in reach:
        names.append("Link")
    if idempotency.once_prepared in reach:
        names.append("Idempotent-Replayed")
    response: Json = {"description": _SUCCESSES[status]}
    if names:
        response["headers"] = {name: _ref("headers", name) for name in names}
    if status != "204":
        response["content"] = _tidy(raw["responses"][status]["content"])
    return response


def _not_modified() -> Json:
    return {"description": "Not modified", "headers": {"ETag": _ref("headers", "ETag")}}


def _refusals(endpoint: Endpoint, reach: frozenset[Any], raw: Json) -> list[int]:
    statuses = {each.status for each in reach if isinstance(each, type) and issubclass(each, DomainError)}
    if GLOBAL.get(endpoint.permission or "") == ANYONE:
        statuses.discard(Forbidden.status)
    if endpoint.permission:
        statuses.add(Unauthenticated.status)
    if endpoint.method in _WITH_BODY and "requestBody" in raw:
        statuses |= {400, TooLarge.status, UnsupportedMediaType.status, Invalid.status}
    else:
        statuses -= {400, UnsupportedMediaType.status}
    if any(parameter["in"] == "query" for parameter in raw.get("parameters", ())):
        statuses.add(Invalid.status)
    if http.if_match not in reach:
        statuses.discard(PreconditionFailed.status)
    if "{" in endpoint.path:
        statuses.add(NotFound.status)
    return sorted((statuses | {TooManyRequests.status, Unavailable.status}) & _PROBLEMS.keys())


def _problem_response(error: type[DomainError]) -> Json:
    content: Json = {"application/problem+json": {"schema": _ref("schemas", "Problem")}}
    if error.status in _GATEWAY_ANSWERS:
        content["application/json"] = {"schema": _ref("schemas", "GatewayMessage")}
    headers = {
        401: ["WWW-Authenticate"],
        429: ["Retry-After", "RateLimit", "RateLimit-Policy"],
        503: ["Retry-After"],
    }
    named = {name: _ref("headers", name) for name in headers.get(error.status, ())}
    return {"description": error.title, **({"headers": named} if named else {}), "content": content}


def _ref(section: str, name: str) -> Json:
    return {"$ref": f"#/components/{section}/{name}"}


def _tidy(schema: Any) -> Any:
    """Without the titles that pydantic makes from names."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if isinstance(schema, float) and schema.is_integer():
        return int(schema)
    if not isinstance(schema, dict):
        return schema
    tidy: Json = {}
    for key, value in schema.items():
        if key == "properties":
            tidy[key] = {name: _tidy(each) for name, each in value.items()}
        elif key == "description":
            tidy[key] = value.replace("``", "`")
        elif key != "title":
            tidy[key] = _tidy(value)
    return tidy
