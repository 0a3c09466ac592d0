"""API Gateway's WebSocket API on one machine: connections, messages as Lambda events, and the management API
(`@connections`) on the same port."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from aiohttp import WebSocketError, WSMsgType, web

from infra.local.lambda_events import (
    STAGE,
    WebSocketConnection,
    connect_event,
    disconnect_event,
    message_event,
    new_id,
    valid_text,
)
from infra.local.server_thread import ServerThread
from infra.local.workers import Deployment, FunctionError, PayloadTooLarge, Workers

MAX_MESSAGE_BYTES = 128 * 1024
IDLE_SECONDS = 600.0
LIFETIME_SECONDS = 7200.0
# A client that does not read is given up, so that who posts to it never waits for long.
SEND_SECONDS = 5.0
INTEGRATION_SECONDS = 29.0
ROUTES = {"$connect": "ConnectFunction", "$disconnect": "DisconnectFunction", "$default": "MessageFunction"}

_MANAGEMENT = "@connections"
_CLOSE_SECONDS = 2.0
_LOG = logging.getLogger(__name__)


class IntegrationFailed(Exception):
    """The route's function failed, or took longer than the gateway waits."""


@dataclass
class _Session:
    connection: WebSocketConnection
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    active_at: float
    # How it was closed; a network that just ended is 1006.
    close_code: int = 1006
    close_reason: str = ""

    async def send(self, data: bytes, patience: float) -> None:
        """OSError (TimeoutError) when the client is gone or does not read."""
        try:
            sending = self.socket.send_str(data.decode())
        except UnicodeDecodeError:
            sending = self.socket.send_bytes(data)
        await asyncio.wait_for(sending, patience)
        self.active_at = time.monotonic()

    def abandon(self) -> None:
        """Drop the connection without a word, so that its end is noticed and $disconnect runs."""
        if self.transport:
            self.transport.abort()

    async def close(self, code: int, reason: str) -> None:
        self.close_code, self.close_reason = code, reason
        await self.socket.close(code=code, message=reason.encode())


class WebSocketGateway:
    """Serves WebSocket clients by the functions that `routes` names (route key → logical id), run by `workers`.

    A path's first segment counts as the stage. Times are in seconds."""

    def __init__(
        self,
        deployment: Deployment,
        workers: Workers,
        host: str,
        port: int,
        *,
        routes: Mapping[str, str] = ROUTES,
        idle_seconds: float = IDLE_SECONDS,
        lifetime_seconds: float = LIFETIME_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._deployment = deployment
        self._workers = workers
        self._routes = routes
        self._idle_seconds = idle_seconds
        self._lifetime_seconds = lifetime_seconds
        self._send_seconds = send_seconds
        self._sessions: dict[str, _Session] = {}
        self._server = ServerThread(self._handle, host=host, port=port, name="websocket-gateway")

    @property
    def port(self) -> int:
        """The port that is served; with port 0, known after start()."""
        return self._server.port

    def start(self) -> None:
        """Open the port; OSError when it is taken."""
        self._server.start()

    def stop(self) -> None:
        """Close every connection (1001) and the port. Idempotent."""
        if self._server.running:
            self._server.run(self._close_all())
        self._server.stop()

    async def _close_all(self) -> None:
        await asyncio.gather(*(session.close(1001, "Going away") for session in self._sessions.values()))

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = valid_text(request.raw_path).partition("?")
        segments = [unquote(segment) for segment in path.split("/") if segment]
        if _MANAGEMENT in segments[-2:-1]:
            return await self._manage(request, segments[-1])
        if not web.WebSocketResponse().can_prepare(request):
            return web.json_response({"message": "Upgrade Required"}, status=426)
        return await self._connect(request, segments[0] if segments else STAGE, query)

    async def _connect(self, request: web.BaseRequest, stage: str, query: str) -> web.StreamResponse:
        connection = WebSocketConnection(
            id=new_id(),
            connected_at=self._now(),
            source_ip=request.remote or "",
            user_agent=request.headers.get("User-Agent", ""),
            domain=request.host.partition(":")[0],
            stage=stage,
        )
        try:
            headers = [(name, valid_text(value)) for name, value in request.headers.items()]
            answer = await self._call("$connect", connect_event(connection, headers, query))
            status = int(answer["statusCode"])
        except (IntegrationFailed, TypeError, KeyError, ValueError) as error:
            _LOG.warning("$connect: %s", error)
            status = 500
        if not 200 <= status <= 299:
            return web.json_response({"message": "The connection was refused"}, status=status)
        socket = web.WebSocketResponse(
            max_msg_size=MAX_MESSAGE_BYTES + 1,
            timeout=_CLOSE_SECONDS,
            compress=False,
            protocols=_protocols(answer),
        )
        session = _Session(connection, socket, request.transport, active_at=time.monotonic())
        try:
            await socket.prepare(request)
            self._sessions[connection.id] = session
            await self._converse(session)
        finally:
            self._sessions.pop(connection.id, None)
            await self._disconnected(session)
        return socket

    async def _converse(self, session: _Session) -> None:
        ends_at = time.monotonic() + self._lifetime_seconds
        while True:
            left = min(session.active_at + self._idle_seconds, ends_at) - time.monotonic()
            if left <= 0:
                await session.close(1001, "Going away")
                return
            try:
                message = await session.socket.receive(timeout=left)
            except TimeoutError:
                continue
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                _note_close(session, message)
                return
            session.active_at = time.monotonic()
            await self._message(session, message.data)

    async def _message(self, session: _Session, data: str | bytes) -> None:
        event = message_event(session.connection, data, self._now())
        try:
            await self._call("$default", event)
        except IntegrationFailed as error:
            _LOG.warning("$default: %s", error)
            # What AWS tells the client; a function's answer is not sent, for want of a route response.
            failure = {
                "message": "Internal server error",
                "connectionId": session.connection.id,
                "requestId": event["requestContext"]["requestId"],
            }
            with suppress(OSError):
                await session.send(json.dumps(failure).encode(), self._send_seconds)

    async def _disconnected(self, session: _Session) -> None:
        event = disconnect_event(session.connection, session.close_code, session.close_reason, self._now())
        try:
            await self._call("$disconnect", event)
        except IntegrationFailed as error:
            _LOG.warning("$disconnect: %s", error)

    async def _call(self, route_key: str, event: Mapping[str, Any]) -> Any:
        function = self._deployment.functions[self._routes[route_key]]
        call = self._server.blocking(
            self._workers.invoke,
            function.handler,
            event,
            timeout=function.timeout,
            function_name=function.logical_id,
            memory=function.memory,
        )
        try:
            return await asyncio.wait_for(asyncio.shield(call), INTEGRATION_SECONDS)
        except (FunctionError, PayloadTooLarge, TimeoutError) as error:
            raise IntegrationFailed(str(error) or "timed out") from error

    async def _manage(self, request: web.BaseRequest, connection_id: str) -> web.Response:
        if not request.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256"):
            return _error(403, "ForbiddenException", "Missing Authentication Token")
        if (request.content_length or 0) > MAX_MESSAGE_BYTES:
            return _error(413, "PayloadTooLargeException", "The message is over 128 KB")
        session = self._sessions.get(connection_id)
        if session is None:
            return _gone()
        match request.method:
            case "POST":
                return await self._post(session, await request.read())
            case "GET":
                return web.json_response(self._description(session))
            case "DELETE":
                del self._sessions[connection_id]
                await session.close(1000, "Connection Closed Normally")
                return web.Response(status=204)
        return _error(403, "ForbiddenException", "Forbidden")

    async def _post(self, session: _Session, data: bytes) -> web.Response:
        try:
            await session.send(data, self._send_seconds)
        except OSError:
            session.abandon()
            return _gone()
        return web.Response(status=200)

    def _description(self, session: _Session) -> dict[str, Any]:
        connection = session.connection
        active_at = self._now() - timedelta(seconds=time.monotonic() - session.active_at)
        return {
            "connectedAt": connection.connected_at.isoformat(),
            "lastActiveAt": active_at.isoformat(),
            "identity": {"sourceIp": connection.source_ip, "userAgent": connection.user_agent},
        }

    def _now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._workers.clock_offset)


def _note_close(session: _Session, message: Any) -> None:
    if message.type is WSMsgType.CLOSE:
        session.close_code = message.data or 1005
        session.close_reason = message.extra or ""
    elif isinstance(message.data, WebSocketError):
        session.close_code = message.data.code


def _protocols(answer: Mapping[str, Any]) -> tuple[str, ...]:
    headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
    chosen = headers.get("sec-websocket-protocol")
    return (chosen,) if chosen else ()


def _gone() -> web.Response:
    return _error(410, "GoneException", "The connection is gone")


def _error(status: int, kind: str, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status, headers={"x-amzn-ErrorType": kind})
