"""The events that API Gateway hands to functions: HTTP APIs (payload format 2.0), their Lambda authorizers, and
WebSocket APIs. Shapes as in AWS's developer guide; a field without a value is left out, never null."""

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from infra.local.template import ACCOUNT, REGION

API_ID = "local"
STAGE = "$default"

# What an HTTP API hands on as text (seen on AWS); all else is base64, a form and a body without a type included.
_TEXT_TYPES = {"application/json", "application/xml", "application/javascript"}
# Headers of one hop, and those that the event carries elsewhere or that the gateway sets itself.
_DROPPED_HEADERS = {
    *("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    *("cookie", "x-forwarded-port", "x-forwarded-proto"),
}


@dataclass(frozen=True)
class HttpRequest:
    """A request as the gateway read it: `path` is percent-decoded, `query` is not; headers in order of arrival."""

    id: str
    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str
    received_at: datetime

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True)
class WebSocketConnection:
    """A client's connection; `stage` is the path's first segment, or `$default`."""

    id: str
    connected_at: datetime
    source_ip: str
    user_agent: str
    domain: str
    stage: str


def valid_text(value: str) -> str:
    """Text that JSON can carry: aiohttp keeps bytes that are not UTF-8 as lone surrogates."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def new_id() -> str:
    """A request or connection id of API Gateway's form: 16 characters that end in `=`."""
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()


def http_event(
    request: HttpRequest,
    *,
    route_key: str,
    path_parameters: Mapping[str, str],
    authorizer: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The event of a Lambda proxy integration; `authorizer` is the context that the Lambda authorizer gave."""
    body, is_base64 = encode_body(request.body, request.header("content-type"))
    event = {"version": "2.0", **_http_request(request, route_key, path_parameters)}
    if authorizer is not None:
        event["requestContext"]["authorizer"] = {"lambda": authorizer}
    if body:
        event["body"] = body
    return {**event, "isBase64Encoded": is_base64}


def authorizer_event(
    request: HttpRequest, *, route_key: str, path_parameters: Mapping[str, str], identity: Sequence[str]
) -> dict[str, Any]:
    """The event of a REQUEST authorizer, format 2.0; `identity` are the values of its identity sources."""
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/{STAGE}/{request.method}{request.path}",
        "identitySource": list(identity),
        **_http_request(request, route_key, path_parameters),
    }


def encode_body(body: bytes, content_type: str) -> tuple[str, bool]:
    """The body as an event carries it, and whether that is base64."""
    media_type = content_type.partition(";")[0].strip().lower()
    if not body:
        return "", False
    if media_type.startswith("text/") or media_type in _TEXT_TYPES:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def connect_event(
    connection: WebSocketConnection, headers: Iterable[tuple[str, str]], query: str
) -> dict[str, Any]:
    """The $connect event: the only one that carries the handshake's headers and query string."""
    event: dict[str, Any] = _multi_value("headers", "multiValueHeaders", headers)
    parameters = parse_qsl(query, keep_blank_values=True)
    if parameters:
        event |= _multi_value("queryStringParameters", "multiValueQueryStringParameters", parameters)
    context = _websocket_context(connection, "$connect", "CONNECT", connection.connected_at)
    return {**event, "requestContext": context, "isBase64Encoded": False}


def message_event(connection: WebSocketConnection, message: str | bytes, at: datetime) -> dict[str, Any]:
    """The event of a message on the $default route; binary messages are base64."""
    context = _websocket_context(connection, "$default", "MESSAGE", at)
    binary = isinstance(message, bytes)
    body = base64.b64encode(message).decode() if isinstance(message, bytes) else message
    return {"requestContext": {**context, "messageId": new_id()}, "body": body, "isBase64Encoded": binary}


def disconnect_event(connection: WebSocketConnection, code: int, reason: str, at: datetime) -> dict[str, Any]:
    """The $disconnect event, with the close frame's code and reason."""
    context = _websocket_context(connection, "$disconnect", "DISCONNECT", at)
    closing = {"disconnectStatusCode": code, "disconnectReason": reason}
    headers = _multi_value("headers", "multiValueHeaders", [("Host", connection.domain)])
    return {**headers, "requestContext": {**context, **closing}, "isBase64Encoded": False}


def _http_request(request: HttpRequest, route_key: str, path_parameters: Mapping[str, str]) -> dict[str, Any]:
    query = _joined(parse_qsl(request.query, keep_blank_values=True))
    cookies = [
        cookie.strip()
        for name, value in request.headers
        if name.lower() == "cookie"
        for cookie in value.split(";")
        if cookie.strip()
    ]
    domain = _domain(request.header("host"))
    event: dict[str, Any] = {
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "cookies": cookies,
        "headers": _http_headers(request),
        "queryStringParameters": query,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": request.header("user-agent"),
            },
            "requestId": request.id,
            "routeKey": route_key,
            "stage": STAGE,
            "time": _common_log_time(request.received_at),
            "timeEpoch": _milliseconds(request.received_at),
        },
        "pathParameters": dict(path_parameters),
    }
    optional = {"cookies", "queryStringParameters", "pathParameters"}
    return {name: value for name, value in event.items() if value or name not in optional}


def _http_headers(request: HttpRequest) -> dict[str, str]:
    passed = [(name.lower(), value) for name, value in request.headers if name.lower() not in _DROPPED_HEADERS]
    port = request.header("host").rpartition(":")[2]
    added = {
        "x-amzn-trace-id": f"Root=1-{int(request.received_at.timestamp()):08x}-{secrets.token_hex(12)}",
        "x-forwarded-port": port if port.isdigit() else "80",
        "x-forwarded-proto": "http",
    }
    return added | _joined([*passed, ("x-forwarded-for", request.source_ip)])


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _multi_value(single: str, multiple: str, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {single: {name: given[-1] for name, given in values.items()}, multiple: values}


def _websocket_context(
    connection: WebSocketConnection, route_key: str, event_type: str, at: datetime
) -> dict[str, Any]:
    return {
        "routeKey": route_key,
        "eventType": event_type,
        "extendedRequestId": new_id(),
        "requestTime": _common_log_time(at),
        "messageDirection": "IN",
        "stage": connection.stage,
        "connectedAt": _milliseconds(connection.connected_at),
        "requestTimeEpoch": _milliseconds(at),
        "identity": {"userAgent": connection.user_agent, "sourceIp": connection.source_ip},
        "requestId": new_id(),
        "domainName": connection.domain,
        "connectionId": connection.id,
        "apiId": API_ID,
    }


def _domain(host: str) -> str:
    return host.rpartition(":")[0] or host if host.rpartition(":")[2].isdigit() else host


def _common_log_time(moment: datetime) -> str:
    return moment.strftime("%d/%b/%Y:%H:%M:%S %z")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
