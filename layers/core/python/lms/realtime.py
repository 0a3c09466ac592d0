"""Messages to open WebSocket connections, best effort: nothing here raises, and nothing waits for long.

Call it only after what the message tells of is committed. Who misses a message reads the state over HTTP, or gets
it on subscribing again.
"""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from lms import aws, clock
from lms.config import settings
from lms.fields import rfc3339
from lms.notifications import connections, table
from lms.telemetry import logger

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

_LONGEST_SECONDS = 2.0
_AT_ONCE = 8
# Until $connect has answered, API Gateway calls the connection gone (its integration may take 29 s).
_OPENING = timedelta(seconds=30)


@cache
def gateway() -> "ApiGatewayManagementApiClient":
    made: ApiGatewayManagementApiClient = aws.client(
        "apigatewaymanagementapi", seconds=1, attempts=2, endpoint=settings().websocket_endpoint
    )
    return made


def push(user_id: object, type: str, data: Mapping[str, Any], cursor: str | None = None) -> None:
    """Send to every connection of one person. ``data`` is ready for JSON."""
    _deliver([connections.of_person(user_id)], type, data, cursor)


def publish(topic: str, type: str, data: Mapping[str, Any], cursor: str | None = None) -> None:
    """Send to every connection that follows ``topic``, e.g. ``course:<id>``."""
    _deliver([connections.of_topic(topic)], type, data, cursor)


def announce(
    user_ids: Iterable[object], topic: str, type: str, data: Mapping[str, Any], cursor: str | None = None
) -> None:
    """Send to the connections of these people and to the topic's followers, to each connection once."""
    partitions = [connections.of_topic(topic), *map(connections.of_person, user_ids)]
    _deliver(partitions, type, data, cursor)


def reply(connection_id: str, type: str, data: Mapping[str, Any], cursor: str | None = None) -> None:
    """Send to one connection."""
    try:
        gateway().post_to_connection(ConnectionId=connection_id, Data=_encode(type, data, cursor))
    except Exception as error:
        logger.warning("no reply reached the connection", extra={"reason": repr(error)})


def hang_up(connection_id: str) -> None:
    """Close a connection and forget it."""
    try:
        connections.close(connection_id)
        gateway().delete_connection(ConnectionId=connection_id)
    except Exception as error:
        logger.warning("a connection was not closed", extra={"reason": repr(error)})


def _deliver(partitions: Iterable[str], type: str, data: Mapping[str, Any], cursor: str | None) -> None:
    try:
        payload = _encode(type, data, cursor)
        rows = {row["sk"]: row for each in partitions for row in table.partition(each)}
        if not rows:
            return
        # Made first: in a cold process its making takes longer than any sending.
        gateway()
        give_up_at = time.monotonic() + _LONGEST_SECONDS
        with ThreadPoolExecutor(min(_AT_ONCE, len(rows))) as pool:
            outcomes = list(pool.map(lambda row: _send(row, payload, give_up_at), rows.values()))
    except Exception as error:
        logger.warning("a message was not delivered", extra={"type": type, "reason": repr(error)})
        return
    if failures := [outcome for outcome in outcomes if outcome]:
        logger.warning(
            "a message missed connections",
            extra={"type": type, "missed": len(failures), "of": len(outcomes), "reason": failures[0]},
        )


def _send(row: table.Row, payload: bytes, give_up_at: float) -> str | None:
    """Why the connection was not reached; None where it was, or where it is gone and forgotten."""
    if time.monotonic() > give_up_at:
        return "the time was up"
    try:
        gateway().post_to_connection(ConnectionId=row["sk"], Data=payload)
    except Exception as error:
        if not _is_gone(error):
            return repr(error)
        return _forget(row)
    return None


def _forget(row: table.Row) -> str | None:
    if clock.now() - datetime.fromisoformat(row["opened_at"]) <= _OPENING:
        return None
    try:
        connections.forget(row)
    except Exception as error:
        return repr(error)
    return None


def _is_gone(error: Exception) -> bool:
    metadata = getattr(error, "response", {}).get("ResponseMetadata", {})
    return bool(metadata.get("HTTPStatusCode") == HTTPStatus.GONE)


def _encode(type: str, data: Mapping[str, Any], cursor: str | None) -> bytes:
    return to_json({"type": type, "at": rfc3339(clock.now()), "cursor": cursor, "data": data})
