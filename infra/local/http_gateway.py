"""API Gateway's HTTP API on one machine: HTTP in, Lambda events out, with AWS's documented answers and limits."""

import asyncio
import base64
import binascii
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from multidict import CIMultiDict

from infra.local.authorizer import Authorizer, AuthorizerFailed, Forbidden, Unauthorized
from infra.local.cors import Cors
from infra.local.lambda_events import HttpRequest, http_event, new_id, valid_text
from infra.local.routes import Routes, read_document
from infra.local.server_thread import ServerThread
from infra.local.template import Resolver
from infra.local.workers import Deployment, FunctionError, PayloadTooLarge, Workers

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_HEADER_BYTES = 10_240
INTEGRATION_SECONDS = 30.0

_PARAMETERS = {"AllowedOrigins": "*"}
_MESSAGES = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Request Entity Too Large",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
# The gateway's own to set.
_RESERVED = {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding", "upgrade"}
_LOG = logging.getLogger(__name__)


class Refused(Exception):
    """The gateway answers itself, with a status of its own and `{"message"}`."""

    def __init__(self, status: int) -> None:
        super().__init__(_MESSAGES[status])
        self.status = status


class MalformedAnswer(Exception):
    """The function returned what the gateway cannot turn into a response."""


class HttpGateway:
    """Serves the routes of `routes_file`, each by its function in `deployment`, run by `workers`. `parameters` are
    the template's, which the file may refer to; without AllowedOrigins a page of any origin may call."""

    def __init__(
        self,
        routes_file: Path,
        deployment: Deployment,
        workers: Workers,
        host: str,
        port: int,
        *,
        parameters: Mapping[str, str] | None = None,
        integration_seconds: float = INTEGRATION_SECONDS,
    ) -> None:
        document = read_document(routes_file)
        resolver = Resolver({}, _PARAMETERS | dict(parameters or {}), {})
        cors = resolver.resolve(document.get("x-amazon-apigateway-cors"))
        self._routes = Routes(document)
        self._cors = Cors.read(cors) if cors else None
        self._authorizer = Authorizer(deployment, workers)
        self._deployment = deployment
        self._workers = workers
        self._integration_seconds = integration_seconds
        self._server = ServerThread(self._handle, host=host, port=port, name="http-gateway")

    @property
    def port(self) -> int:
        """The port that is served; with port 0, known after start()."""
        return self._server.port

    def start(self) -> None:
        """Open the port; OSError when it is taken."""
        self._server.start()

    def stop(self) -> None:
        """Close the port. Idempotent."""
        self._server.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        request_id = new_id()
        origin = request.headers.get("Origin")
        preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        if self._cors and origin and preflight:
            return web.Response(status=204, headers=self._cors.preflight(origin))
        try:
            response = await self._respond(request, request_id)
        except Refused as refusal:
            response = _refusal(refusal.status)
        except Exception:
            _LOG.exception("%s %s failed in the gateway", request.method, request.rel_url.raw_path)
            response = _refusal(500)
        if self._cors:
            _replace_cors_headers(response, self._cors.simple(origin) if origin else {})
        response.headers["Apigw-Requestid"] = request_id
        return response

    async def _respond(self, request: web.BaseRequest, request_id: str) -> web.Response:
        received_at = datetime.now(UTC) + timedelta(seconds=self._workers.clock_offset)
        http = await read_request(request, request_id, received_at)
        call = self._server.blocking(self._invoke, http)
        # As on AWS, the function runs on to its own deadline after the gateway has given up.
        finished, _ = await asyncio.wait([call], timeout=self._integration_seconds)
        if not finished:
            raise Refused(503)
        return http_response(call.result())

    def _invoke(self, request: HttpRequest) -> Any:
        found = self._routes.find(request.method, request.path)
        if not found:
            raise Refused(404)
        route, parameters = found
        function = self._deployment.functions[route.function]
        try:
            context = self._authorizer.context(request, route, parameters)
            event = http_event(request, route_key=route.key, path_parameters=parameters, authorizer=context)
            return self._workers.invoke(
                function.handler,
                event,
                timeout=function.timeout,
                function_name=function.logical_id,
                memory=function.memory,
            )
        except Unauthorized as error:
            raise Refused(401) from error
        except Forbidden as error:
            raise Refused(403) from error
        except (AuthorizerFailed, FunctionError, PayloadTooLarge) as error:
            _LOG.warning("%s: %s", route.key, error)
            raise Refused(500) from error


async def read_request(request: web.BaseRequest, request_id: str, received_at: datetime) -> HttpRequest:
    """Take the whole request in; Refused (431, 413) over API Gateway's limits."""
    line_bytes = len(f"{request.method} {request.raw_path} HTTP/1.1")
    if line_bytes + sum(len(value) for _, value in request.raw_headers) > MAX_HEADER_BYTES:
        raise Refused(431)
    path, _, query = valid_text(request.raw_path).partition("?")
    return HttpRequest(
        id=request_id,
        method=request.method,
        path=unquote(path),
        query=query,
        headers=[(name, valid_text(value)) for name, value in request.headers.items()],
        body=await _read_body(request),
        source_ip=request.remote or "",
        received_at=received_at,
    )


async def _read_body(request: web.BaseRequest) -> bytes:
    # aiohttp reads and drops what is left of a body after the answer, for 10 s, so that a client which sends all
    # before it reads still gets the refusal, and its connection stays usable.
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise Refused(413)
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refused(413)
    return bytes(body)


def http_response(answer: Any) -> web.Response:
    """The response that format 2.0 makes of what a function returned; MalformedAnswer when it cannot."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return web.Response(text=text, content_type="application/json")
    try:
        status = int(answer["statusCode"])
        headers = _response_headers(answer)
        body = _response_body(answer)
    except (TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise MalformedAnswer(str(error)) from error
    if not 200 <= status <= 599:
        raise MalformedAnswer(f"status {status}")
    if body:
        headers.setdefault("content-type", "text/plain;charset=UTF-8")
    return web.Response(status=status, headers=headers, body=body or None)


def _response_headers(answer: Mapping[str, Any]) -> CIMultiDict[str]:
    headers: CIMultiDict[str] = CIMultiDict()
    for name, value in (answer.get("headers") or {}).items():
        if name.lower() not in _RESERVED:
            headers[name] = _header_value(value)
    for cookie in answer.get("cookies") or []:
        headers.add("set-cookie", _header_value(cookie))
    return headers


def _header_value(value: Any) -> str:
    if not isinstance(value, str | int | float):
        raise TypeError(f"a header's value is {type(value).__name__}")
    text = json.dumps(value) if isinstance(value, bool) else str(value)
    if any(character in text for character in "\r\n\0"):
        raise ValueError("a header's value has a line break")
    return text


def _response_body(answer: Mapping[str, Any]) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise TypeError(f"the body is {type(body).__name__}")
    return base64.b64decode(body, validate=True) if answer.get("isBase64Encoded") else body.encode()


def _replace_cors_headers(response: web.Response, allowed: Mapping[str, str]) -> None:
    for name in [name for name in response.headers if name.lower().startswith("access-control-")]:
        del response.headers[name]
    for name, value in allowed.items():
        if name == "vary" and "vary" in response.headers:
            value = f"{response.headers['vary']}, {value}"
        response.headers[name] = value


def _refusal(status: int) -> web.Response:
    return web.json_response({"message": _MESSAGES[status]}, status=status)
