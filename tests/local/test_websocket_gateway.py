"""The WebSocket gateway with a real client, and its management API with boto3's."""

import base64
import http.client
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from infra.local.websocket_gateway import MAX_MESSAGE_BYTES, WebSocketGateway
from infra.local.workers import Workers

MODULE = "tests.local.handlers.websocket"
FUNCTIONS = {"ConnectFunction": "connect", "MessageFunction": "message", "DisconnectFunction": "disconnect"}


class Events:
    """What the functions were called with so far."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.touch()

    def lines(self) -> list[str]:
        # A worker may be in the middle of its line: only what a newline ends is an event.
        *whole, _ = self.file.read_text().split("\n")
        return whole

    def of(self, connection_id: str, kind: str) -> list[dict[str, Any]]:
        events = [json.loads(line) for line in self.lines()]
        return [
            event
            for event in events
            if event["requestContext"]["connectionId"] == connection_id
            and event["requestContext"]["eventType"] == kind
        ]

    def wait_for(self, connection_id: str, kind: str) -> dict[str, Any]:
        wait_until(lambda: bool(self.of(connection_id, kind)))
        return self.of(connection_id, kind)[0]

    def last_connection(self) -> str:
        connection_id: str = json.loads(self.lines()[-1])["requestContext"]["connectionId"]
        return connection_id


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(0.005)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Events:
    return Events(tmp_path_factory.mktemp("events") / "events.jsonl")


@pytest.fixture(scope="module")
def workers(events: Events) -> Iterator[Workers]:
    log_file = events.file.with_name("functions.log")
    pool = Workers(size=2, environment={"EVENTS_FILE": str(events.file)}, preload=[MODULE], log_file=log_file)
    pool.start()
    yield pool
    pool.stop()


def serve(workers: Workers, **settings: Any) -> Iterator[WebSocketGateway]:
    functions = {
        logical_id: SimpleNamespace(logical_id=logical_id, handler=f"{MODULE}.{name}", timeout=10, memory=512)
        for logical_id, name in FUNCTIONS.items()
    }
    gateway = WebSocketGateway(SimpleNamespace(functions=functions), workers, "127.0.0.1", 0, **settings)
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture
def gateway(workers: Workers) -> Iterator[WebSocketGateway]:
    yield from serve(workers)


def dial(gateway: WebSocketGateway, path: str = "/", **settings: Any) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{gateway.port}{path}", compression=None, **settings)


def management(gateway: WebSocketGateway, stage: str = "") -> Any:
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=f"http://127.0.0.1:{gateway.port}{stage}",
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as failure:
        call(**arguments)
    response = failure.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


# Connecting


def test_the_connect_event(gateway: WebSocketGateway, events: Events) -> None:
    with dial(gateway, "/?ticket=a%20b&tag=1&tag=2", additional_headers={"X-Thing": "1"}, user_agent_header="me"):
        event = events.of(events.last_connection(), "CONNECT")[0]
    context = event["requestContext"]
    assert re.fullmatch(r"[\w-]{15}=", context["connectionId"])
    assert (context["routeKey"], context["messageDirection"]) == ("$connect", "IN")
    assert (context["stage"], context["domainName"], context["apiId"]) == ("$default", "127.0.0.1", "local")
    assert context["identity"] == {"sourceIp": "127.0.0.1", "userAgent": "me"}
    assert context["connectedAt"] == context["requestTimeEpoch"]
    assert event["queryStringParameters"] == {"ticket": "a b", "tag": "2"}
    assert event["multiValueQueryStringParameters"] == {"ticket": ["a b"], "tag": ["1", "2"]}
    assert event["headers"]["X-Thing"] == "1"
    assert event["multiValueHeaders"]["Host"] == [f"127.0.0.1:{gateway.port}"]
    assert event["isBase64Encoded"] is False
    assert "body" not in event


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_connection_never_opens(gateway: WebSocketGateway, events: Events, status: int) -> None:
    with pytest.raises(InvalidStatus) as failure:
        dial(gateway, f"/?status={status}")
    assert failure.value.response.status_code == status
    refused = events.last_connection()
    assert refusal(management(gateway).post_to_connection, ConnectionId=refused, Data=b"x") == (
        "GoneException",
        410,
    )
    assert events.of(refused, "DISCONNECT") == []


def test_a_connect_function_that_fails_refuses_with_500(gateway: WebSocketGateway) -> None:
    with pytest.raises(InvalidStatus) as failure:
        dial(gateway, "/?answer=fail")
    assert failure.value.response.status_code == 500


def test_the_function_chooses_the_subprotocol(gateway: WebSocketGateway) -> None:
    with dial(gateway, "/?protocol=lms.v2", subprotocols=["lms.v1", "lms.v2"]) as client:
        assert client.subprotocol == "lms.v2"


def test_plain_http_is_asked_to_upgrade(gateway: WebSocketGateway) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
    connection.request("GET", "/")
    assert connection.getresponse().status == 426


# Messages


def test_messages_reach_the_function_in_order_and_its_answer_stays_behind(
    gateway: WebSocketGateway, events: Events
) -> None:
    with dial(gateway) as client:
        connection_id = events.last_connection()
        for number in range(5):
            client.send(json.dumps({"action": "ping", "number": number}))
        wait_until(lambda: len(events.of(connection_id, "MESSAGE")) == 5)
        with pytest.raises(TimeoutError):
            client.recv(timeout=0.1)
    messages = events.of(connection_id, "MESSAGE")
    assert [json.loads(event["body"])["number"] for event in messages] == [0, 1, 2, 3, 4]
    context = messages[0]["requestContext"]
    assert (context["routeKey"], messages[0]["isBase64Encoded"]) == ("$default", False)
    assert re.fullmatch(r"[\w-]{15}=", context["messageId"])
    assert "headers" not in messages[0]


def test_a_binary_message_is_base64(gateway: WebSocketGateway, events: Events) -> None:
    with dial(gateway) as client:
        connection_id = events.last_connection()
        client.send(b"\xff\x00")
        event = events.wait_for(connection_id, "MESSAGE")
    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (b"\xff\x00", True)


def test_a_message_function_that_fails_tells_the_client_and_the_connection_lives(
    gateway: WebSocketGateway, events: Events
) -> None:
    with dial(gateway) as client:
        connection_id = events.last_connection()
        client.send("fail")
        told = json.loads(client.recv(timeout=20))
        assert (told["message"], told["connectionId"]) == ("Internal server error", connection_id)
        assert told["requestId"] == events.of(connection_id, "MESSAGE")[0]["requestContext"]["requestId"]
        client.send("next")
        wait_until(lambda: len(events.of(connection_id, "MESSAGE")) == 2)


def test_a_message_over_128_kb_closes_the_connection_with_1009(gateway: WebSocketGateway, events: Events) -> None:
    with dial(gateway) as client:
        connection_id = events.last_connection()
        client.send("x" * MAX_MESSAGE_BYTES)
        assert len(events.wait_for(connection_id, "MESSAGE")["body"]) == MAX_MESSAGE_BYTES
        client.send("x" * (MAX_MESSAGE_BYTES + 1))
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=20)
    assert closed.value.rcvd and closed.value.rcvd.code == 1009
    assert events.wait_for(connection_id, "DISCONNECT")["requestContext"]["disconnectStatusCode"] == 1009
    assert len(events.of(connection_id, "MESSAGE")) == 1


# Disconnecting


def test_the_disconnect_event_has_the_client_s_code_and_reason(gateway: WebSocketGateway, events: Events) -> None:
    with dial(gateway) as client:
        connection_id = events.last_connection()
        client.close(code=4001, reason="done")
    event = events.wait_for(connection_id, "DISCONNECT")
    context = event["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (4001, "done")
    assert (context["routeKey"], event["isBase64Encoded"]) == ("$disconnect", False)


def test_a_client_that_vanishes_is_disconnected_with_1006(gateway: WebSocketGateway, events: Events) -> None:
    with dial(gateway) as client:
        connection_id = events.last_connection()
        client.socket.shutdown(socket.SHUT_RDWR)
        event = events.wait_for(connection_id, "DISCONNECT")
    assert event["requestContext"]["disconnectStatusCode"] == 1006
    assert refusal(management(gateway).get_connection, ConnectionId=connection_id) == ("GoneException", 410)


@pytest.mark.parametrize("limit", ["idle_seconds", "lifetime_seconds"])
def test_connections_end_with_1001_when_idle_or_old(workers: Workers, events: Events, limit: str) -> None:
    for gateway in serve(workers, **{limit: 0.2}):
        with dial(gateway) as client:
            connection_id = events.last_connection()
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(timeout=20)
        assert closed.value.rcvd and closed.value.rcvd.code == 1001
        assert events.wait_for(connection_id, "DISCONNECT")["requestContext"]["disconnectStatusCode"] == 1001


def test_what_is_posted_keeps_a_connection_from_being_idle(workers: Workers, events: Events) -> None:
    for gateway in serve(workers, idle_seconds=1.0):
        with dial(gateway) as client:
            connection_id = events.last_connection()
            api = management(gateway)
            until = time.monotonic() + 2
            while time.monotonic() < until:
                api.post_to_connection(ConnectionId=connection_id, Data=b"x")
                assert client.recv(timeout=20) == "x"


def test_stop_closes_every_connection_with_1001(workers: Workers, events: Events) -> None:
    for gateway in serve(workers):
        with dial(gateway) as client:
            connection_id = events.last_connection()
            gateway.stop()
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(timeout=20)
        assert closed.value.rcvd and closed.value.rcvd.code == 1001
        assert events.of(connection_id, "DISCONNECT")


# The management API


@pytest.mark.parametrize("stage", ["", "/local"])
def test_posting_reaches_the_client(gateway: WebSocketGateway, events: Events, stage: str) -> None:
    with dial(gateway, f"{stage}/") as client:
        connection_id = events.last_connection()
        connected = events.of(connection_id, "CONNECT")[0]
        assert connected["requestContext"]["stage"] == (stage.strip("/") or "$default")
        api = management(gateway, stage)
        answer = api.post_to_connection(ConnectionId=connection_id, Data='{"type":"ü"}'.encode())
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert client.recv(timeout=20) == '{"type":"ü"}'
        api.post_to_connection(ConnectionId=connection_id, Data=b"x" * MAX_MESSAGE_BYTES)
        assert client.recv(timeout=20) == "x" * MAX_MESSAGE_BYTES


def test_a_connection_can_be_described(gateway: WebSocketGateway, events: Events) -> None:
    with dial(gateway, user_agent_header="me"):
        description = management(gateway).get_connection(ConnectionId=events.last_connection())
    assert description["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "me"}
    assert abs(description["ConnectedAt"].timestamp() - time.time()) < 60
    assert description["LastActiveAt"] >= description["ConnectedAt"]


def test_deleting_closes_the_connection(gateway: WebSocketGateway, events: Events) -> None:
    with dial(gateway) as client:
        connection_id = events.last_connection()
        answer = management(gateway).delete_connection(ConnectionId=connection_id)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=20)
        assert closed.value.rcvd and closed.value.rcvd.code == 1000
    assert events.wait_for(connection_id, "DISCONNECT")["requestContext"]["disconnectStatusCode"] == 1000
    assert refusal(management(gateway).delete_connection, ConnectionId=connection_id) == ("GoneException", 410)


def test_unknown_and_closed_connections_are_gone(gateway: WebSocketGateway, events: Events) -> None:
    api = management(gateway)
    assert refusal(api.post_to_connection, ConnectionId="L0SM9cOFvHcCIhw=", Data=b"x") == ("GoneException", 410)
    with dial(gateway):
        connection_id = events.last_connection()
    events.wait_for(connection_id, "DISCONNECT")
    assert refusal(api.post_to_connection, ConnectionId=connection_id, Data=b"x") == ("GoneException", 410)


def test_a_client_that_does_not_read_is_given_up(workers: Workers, events: Events) -> None:
    for gateway in serve(workers, send_seconds=0.2):
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as silent:
            silent.sendall(
                b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            assert silent.recv(1000).startswith(b"HTTP/1.1 101 ")
            connection_id = events.last_connection()
            post = management(gateway).post_to_connection
            with pytest.raises(ClientError, match="GoneException"):
                for _ in range(1000):
                    post(ConnectionId=connection_id, Data=b"x" * MAX_MESSAGE_BYTES)
            assert events.wait_for(connection_id, "DISCONNECT")["requestContext"]["disconnectStatusCode"] == 1006


def test_posting_over_128_kb_is_413(gateway: WebSocketGateway, events: Events) -> None:
    with dial(gateway):
        too_large = {"ConnectionId": events.last_connection(), "Data": b"x" * (MAX_MESSAGE_BYTES + 1)}
        assert refusal(management(gateway).post_to_connection, **too_large) == ("PayloadTooLargeException", 413)


def test_an_unsigned_call_is_forbidden(gateway: WebSocketGateway, events: Events) -> None:
    with dial(gateway):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
        connection.request("POST", f"/@connections/{quote(events.last_connection())}", b"x")
        assert connection.getresponse().status == 403
