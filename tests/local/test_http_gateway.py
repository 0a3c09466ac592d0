"""The HTTP gateway over real sockets: event shapes, routes, limits, answers, CORS and the authorizer's cache."""

import base64
import http.client
import json
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.local.http_gateway import HttpGateway
from infra.local.routes import Routes
from infra.local.workers import Workers

MODULE = "tests.local.handlers.http"
FUNCTIONS = {
    "EchoFunction": "echo",
    "AnswerFunction": "answer",
    "MisbehaveFunction": "misbehave",
    "AuthorizeFunction": "authorize",
}
CORS = {
    "allowOrigins": ["https://school.example"],
    "allowMethods": ["GET", "POST"],
    "allowHeaders": ["authorization", "content-type"],
    "exposeHeaders": ["etag", "location"],
    "maxAge": 600,
}
SHARED = "x-amazon-apigateway-integrations"


def uri(function: str) -> dict[str, str]:
    prefix = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    return {"Fn::Sub": f"{prefix}${{{function}.Arn}}/invocations"}


def operation(function: str, *, guarded: bool = False) -> dict[str, Any]:
    integration = {"type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0", "uri": uri(function)}
    return {
        "responses": {},
        "security": [{"bearer": []}] if guarded else [],
        "x-amazon-apigateway-integration": integration,
    }


def document(paths: Mapping[str, Any], cors: Mapping[str, Any] | None = None) -> dict[str, Any]:
    authorizer = {
        "type": "request",
        "authorizerPayloadFormatVersion": "2.0",
        "enableSimpleResponses": True,
        "identitySource": "$request.header.Authorization",
        "authorizerResultTtlInSeconds": 300,
        "authorizerUri": uri("AuthorizeFunction"),
    }
    scheme = {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-amazon-apigateway-authorizer": authorizer,
    }
    shared = operation("EchoFunction")["x-amazon-apigateway-integration"]
    whole = {
        "openapi": "3.0.1",
        "paths": paths,
        "components": {"securitySchemes": {"bearer": scheme}, SHARED: {"echo": shared}},
    }
    return whole | ({"x-amazon-apigateway-cors": cors} if cors else {})


ECHO_BY_REFERENCE = {
    "responses": {},
    "security": [],
    "x-amazon-apigateway-integration": {"$ref": f"#/components/{SHARED}/echo"},
}
PATHS = {
    "/echo": {"get": operation("EchoFunction"), "post": operation("EchoFunction")},
    "/courses": {"get": ECHO_BY_REFERENCE},
    "/courses/{id}": {"get": operation("EchoFunction"), "delete": operation("EchoFunction")},
    "/courses/import": {"post": operation("EchoFunction")},
    "/files/{proxy+}": {"get": operation("EchoFunction")},
    "/answer": {"post": operation("AnswerFunction"), "options": operation("EchoFunction")},
    "/misbehave/{how}": {"get": operation("MisbehaveFunction")},
    "/private": {"get": operation("EchoFunction", guarded=True)},
}


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    cookies: list[str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection, kept alive between calls."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(
        self, method: str, target: str, body: bytes | None = None, headers: list[tuple[str, str]] | None = None
    ) -> Answer:
        self.connection.putrequest(method, target, skip_accept_encoding=True)
        if body is not None:
            self.connection.putheader("Content-Length", str(len(body)))
        for name, value in headers or []:
            self.connection.putheader(name, value)
        self.connection.endheaders(body)
        response = self.connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.headers.get_all("set-cookie") or [], response.read())


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file for each call of the authorizer, with its event."""
    return tmp_path_factory.mktemp("authorizer-calls")


@pytest.fixture(scope="module")
def workers(calls: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    log_file = tmp_path_factory.mktemp("log") / "functions.log"
    pool = Workers(size=2, environment={"AUTHORIZER_CALLS": str(calls)}, preload=[MODULE], log_file=log_file)
    pool.start()
    yield pool
    pool.stop()


def deployment(timeout: float = 10) -> SimpleNamespace:
    return SimpleNamespace(
        functions={
            logical_id: SimpleNamespace(
                logical_id=logical_id, handler=f"{MODULE}.{name}", timeout=timeout, memory=512
            )
            for logical_id, name in FUNCTIONS.items()
        }
    )


def serve(
    api: Mapping[str, Any], workers: Workers, directory: Path, timeout: float = 10, **settings: Any
) -> Iterator[Client]:
    file = directory / "api.yaml"
    file.write_text(json.dumps(api))
    gateway = HttpGateway(file, deployment(timeout), workers, "127.0.0.1", 0, **settings)
    gateway.start()
    yield Client(gateway.port)
    gateway.stop()


@pytest.fixture
def client(workers: Workers, tmp_path: Path) -> Iterator[Client]:
    yield from serve(document(PATHS), workers, tmp_path)


@pytest.fixture
def cors_client(workers: Workers, tmp_path: Path) -> Iterator[Client]:
    yield from serve(document(PATHS, CORS), workers, tmp_path)


# Events


def test_the_event_has_format_2_0(client: Client) -> None:
    event = client.call(
        "POST", "/echo?a=1", b'{"x": 1}', [("Content-Type", "application/json"), ("User-Agent", "me")]
    ).json
    context = event["requestContext"]
    assert set(event) == {
        *("version", "routeKey", "rawPath", "rawQueryString", "headers", "queryStringParameters"),
        *("requestContext", "body", "isBase64Encoded"),
    }
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "POST /echo", "/echo")
    assert (event["body"], event["isBase64Encoded"]) == ('{"x": 1}', False)
    assert context["http"] == {
        **{"method": "POST", "path": "/echo", "protocol": "HTTP/1.1"},
        **{"sourceIp": "127.0.0.1", "userAgent": "me"},
    }
    assert (context["stage"], context["routeKey"], context["accountId"]) == (
        "$default",
        "POST /echo",
        "123456789012",
    )
    assert (context["domainName"], context["domainPrefix"]) == ("127.0.0.1", "127")
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["time"])
    assert isinstance(context["timeEpoch"], int)
    assert re.fullmatch(r"[\w-]{15}=", context["requestId"])
    assert "authorizer" not in context


def test_fields_without_a_value_are_left_out(client: Client) -> None:
    event = client.call("GET", "/echo").json
    assert event["rawQueryString"] == ""
    assert event["isBase64Encoded"] is False
    assert not {"body", "cookies", "queryStringParameters", "pathParameters", "stageVariables"} & set(event)


def test_headers_are_lower_case_joined_and_without_those_of_the_connection(client: Client) -> None:
    sent = [("X-Thing", "1"), ("x-thing", "2"), ("X-Forwarded-For", "1.2.3.4"), ("Connection", "keep-alive")]
    headers = client.call("GET", "/echo", headers=sent).json["headers"]
    assert headers["x-thing"] == "1,2"
    assert headers["x-forwarded-for"] == "1.2.3.4,127.0.0.1"
    assert headers["x-forwarded-port"] == str(client.connection.port)
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-amzn-trace-id"].startswith("Root=1-")
    assert "connection" not in headers


def test_cookies_come_in_their_own_field(client: Client) -> None:
    event = client.call("GET", "/echo", headers=[("Cookie", "a=1; b=x=y"), ("Cookie", "c=3")]).json
    assert event["cookies"] == ["a=1", "b=x=y", "c=3"]
    assert "cookie" not in event["headers"]


def test_query_parameters_are_decoded_and_repeats_joined_while_the_raw_string_stays(client: Client) -> None:
    event = client.call("GET", "/echo?k=1&k=2%2C3&name=J%C3%BCrg%20M&plus=a+b&flag&empty=&bad=%FF").json
    assert event["rawQueryString"] == "k=1&k=2%2C3&name=J%C3%BCrg%20M&plus=a+b&flag&empty=&bad=%FF"
    assert event["queryStringParameters"] == {
        **{"k": "1,2,3", "name": "Jürg M", "plus": "a b", "flag": "", "empty": "", "bad": "\ufffd"}
    }


@pytest.mark.parametrize(
    ("target", "route_key", "raw_path", "parameters"),
    [
        ("/courses/J%C3%BCrg%20M%2B+", "GET /courses/{id}", "/courses/Jürg M++", {"id": "Jürg M++"}),
        ("/courses/a%252Fb", "GET /courses/{id}", "/courses/a%2Fb", {"id": "a%2Fb"}),
        ("/courses/%00", "GET /courses/{id}", "/courses/\0", {"id": "\0"}),
        ("/courses/%FF", "GET /courses/{id}", "/courses/\ufffd", {"id": "\ufffd"}),
        ("/files/a%2Fb/c.txt", "GET /files/{proxy+}", "/files/a/b/c.txt", {"proxy": "a/b/c.txt"}),
        ("/courses/", "GET /courses", "/courses/", None),
        ("/courses/1/", "GET /courses/{id}", "/courses/1/", {"id": "1"}),
    ],
)
def test_paths_are_decoded_before_they_are_matched(
    client: Client, target: str, route_key: str, raw_path: str, parameters: dict[str, str] | None
) -> None:
    event = client.call("GET", target).json
    assert (event["routeKey"], event["rawPath"]) == (route_key, raw_path)
    assert event["requestContext"]["http"]["path"] == raw_path
    assert event.get("pathParameters") == parameters


def test_an_encoded_slash_is_a_slash(client: Client) -> None:
    assert client.call("GET", "/courses/a%2Fb").status == 404


@pytest.mark.parametrize(
    ("content_type", "body", "is_base64"),
    [
        ("application/json", b'{"a": "\xc3\xbc"}', False),
        ("Application/JSON; charset=utf-8", b"{}", False),
        ("text/csv", b"a,b", False),
        ("application/octet-stream", b"plain", True),
        ("application/x-www-form-urlencoded", b"a=1", True),
        ("application/json", b"\xff\xfe", True),
        ("", b"no type", True),
    ],
)
def test_bodies_that_are_not_text_are_base64(
    client: Client, content_type: str, body: bytes, is_base64: bool
) -> None:
    headers = [("Content-Type", content_type)] if content_type else []
    event = client.call("POST", "/echo", body, headers).json
    assert event["isBase64Encoded"] is is_base64
    assert (base64.b64decode(event["body"]) if is_base64 else event["body"].encode()) == body


def test_header_bytes_that_are_not_utf8_reach_the_function_as_text(client: Client) -> None:
    assert client.call("GET", "/echo", headers=[("X-Odd", "a\xffb")]).json["headers"]["x-odd"] == "a\ufffdb"


def test_a_compressed_body_is_handed_on_as_it_came(client: Client) -> None:
    event = client.call("POST", "/echo", b"\x1f\x8bzip", [("Content-Encoding", "gzip")]).json
    assert base64.b64decode(event["body"]) == b"\x1f\x8bzip"


# Routes


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/nowhere"),
        ("PUT", "/courses/1"),
        ("HEAD", "/echo"),
        ("GET", "/courses/1/2"),
        ("GET", "/files"),
        ("GET", "/"),
    ],
)
def test_no_route_is_404(client: Client, method: str, target: str) -> None:
    answer = client.call(method, target)
    assert answer.status == 404
    if method != "HEAD":
        assert answer.json == {"message": "Not Found"}


def test_the_most_specific_route_that_has_the_method_wins(client: Client) -> None:
    assert client.call("POST", "/courses/import", b"").json["routeKey"] == "POST /courses/import"
    assert client.call("GET", "/courses/import").json["routeKey"] == "GET /courses/{id}"
    assert client.call("GET", "/courses").json["routeKey"] == "GET /courses"


def test_routes_are_ranked_as_in_api_gateway() -> None:
    any_method = {"x-amazon-apigateway-any-method": operation("AnyFunction")}
    routes = Routes(
        document(
            {
                "/{proxy+}": {"get": operation("GreedyFunction")},
                "/a/{b}": {"get": operation("ParameterFunction"), **any_method},
                "/a/b": {"get": operation("StaticFunction")},
                "/{a}/c": {"get": operation("LaterStaticFunction")},
                "/a/{proxy+}": {"get": operation("LongerGreedyFunction")},
                "/b/{proxy+}": {"get": operation("LongerGreedyFunction")},
            }
        )
    )

    def function(method: str, path: str) -> str | None:
        found = routes.find(method, path)
        return found[0].function if found else None

    assert function("GET", "/a/b") == "StaticFunction"
    assert function("GET", "/a/x") == "ParameterFunction"
    assert function("GET", "/x/c") == "LaterStaticFunction"
    assert function("GET", "/b/c") == "LaterStaticFunction"
    assert function("GET", "/a/x/y") == "LongerGreedyFunction"
    assert function("GET", "/x/y") == "GreedyFunction"
    assert function("PUT", "/a/b") == "AnyFunction"
    assert function("PUT", "/x/y") is None


def test_a_parameter_inside_a_segment_is_refused_as_api_gateway_refuses_it() -> None:
    with pytest.raises(ValueError, match=r"/calendar/\{token\}\.ics"):
        Routes(document({"/calendar/{token}.ics": {"get": operation("EchoFunction")}}))


# Limits


def test_a_body_over_ten_megabytes_is_413_and_the_connection_lives_on(client: Client) -> None:
    answer = client.call("POST", "/echo", b"x" * 11_000_000, [("Content-Type", "text/plain")])
    assert (answer.status, answer.json) == (413, {"message": "Request Entity Too Large"})
    before = client.connection.sock
    assert client.call("GET", "/echo").status == 200
    assert client.connection.sock is before


def test_a_chunked_body_over_ten_megabytes_is_413(client: Client) -> None:
    client.connection.request("POST", "/echo", iter([b"x" * 1_000_000] * 11), encode_chunked=True)
    response = client.connection.getresponse()
    assert (response.status, json.loads(response.read())) == (413, {"message": "Request Entity Too Large"})
    assert client.call("GET", "/echo").status == 200


def test_a_body_that_lambda_cannot_take_is_500_and_the_connection_lives_on(client: Client) -> None:
    answer = client.call("POST", "/echo", b"x" * 7_000_000, [("Content-Type", "text/plain")])
    assert (answer.status, answer.json) == (500, {"message": "Internal Server Error"})
    assert client.call("GET", "/echo").status == 200


def test_four_and_a_half_megabytes_of_bytes_pass_and_five_do_not(client: Client) -> None:
    body = json.dumps("x" * 4_400_000).encode()
    assert len(client.call("POST", "/answer", body, [("Content-Type", "text/plain")]).body) == 4_400_000
    assert client.call("POST", "/answer", b"x" * 5_000_000, [("Content-Type", "image/png")]).status == 500


def test_headers_over_ten_kilobytes_are_431(client: Client) -> None:
    answer = client.call("GET", "/echo", headers=[("X-Long", "x" * 9_000), ("X-More", "x" * 1_240)])
    assert (answer.status, answer.json) == (431, {"message": "Request Header Fields Too Large"})
    assert client.call("GET", "/echo", headers=[("X-Long", "x" * 9_000), ("X-More", "x" * 1_100)]).status == 200


@pytest.mark.parametrize(
    ("length", "first_line"),
    [(4, b"HTTP/1.1 100 Continue\r\n"), (11_000_000, b"HTTP/1.1 413 Request Entity Too Large\r\n")],
)
def test_a_client_that_waits_for_100_continue_gets_it_or_the_refusal(
    client: Client, length: int, first_line: bytes
) -> None:
    head = f"POST /answer HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n"
    with socket.create_connection(("127.0.0.1", client.connection.port), timeout=20) as raw:
        received = raw.makefile("rb")
        raw.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        assert received.readline() == first_line
        if length == 4:
            assert received.readline() == b"\r\n"
            raw.sendall(b'"ok"')
            assert received.readline() == b"HTTP/1.1 200 OK\r\n"


def test_a_function_that_takes_too_long_is_503(workers: Workers, tmp_path: Path) -> None:
    for client in serve(document(PATHS), workers, tmp_path, timeout=1, integration_seconds=0.2):
        answer = client.call("GET", "/misbehave/late")
        assert (answer.status, answer.json) == (503, {"message": "Service Unavailable"})


def test_a_function_past_its_own_deadline_is_500(workers: Workers, tmp_path: Path) -> None:
    for client in serve(document(PATHS), workers, tmp_path, timeout=0.2):
        assert client.call("GET", "/misbehave/late").status == 500


@pytest.mark.parametrize("how", ["fail", "die", "large"])
def test_a_function_that_fails_is_500(client: Client, how: str) -> None:
    answer = client.call("GET", f"/misbehave/{how}")
    assert (answer.status, answer.json) == (500, {"message": "Internal Server Error"})
    assert answer.headers["content-type"].startswith("application/json")


# Answers


def ask(client: Client, answer: Any, headers: list[tuple[str, str]] | None = None) -> Answer:
    sent = [("Content-Type", "application/json"), *(headers or [])]
    return client.call("POST", "/answer", json.dumps(answer).encode(), sent)


def test_a_structured_answer_becomes_the_response(client: Client) -> None:
    told = {
        "statusCode": 201,
        "headers": {"Location": "/courses/1", "X-Count": 3, "Content-Length": "999", "content-type": "text/html"},
        "cookies": ["a=1; HttpOnly", "b=2"],
        "body": "<p>ü</p>",
    }
    answer = ask(client, told)
    assert (answer.status, answer.body) == (201, "<p>ü</p>".encode())
    assert (answer.headers["location"], answer.headers["x-count"]) == ("/courses/1", "3")
    assert answer.headers["content-type"] == "text/html"
    assert answer.cookies == ["a=1; HttpOnly", "b=2"]
    assert re.fullmatch(r"[\w-]{15}=", answer.headers["apigw-requestid"])


def test_a_base64_answer_is_sent_as_bytes(client: Client) -> None:
    told = {
        "statusCode": 200,
        "headers": {"content-type": "image/png"},
        "body": "iVBORw0KGgo=",
        "isBase64Encoded": True,
    }
    assert ask(client, told).body == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body(client: Client, status: int) -> None:
    answer = ask(client, {"statusCode": status, "headers": {"ETag": '"1"'}})
    assert (answer.status, answer.body, answer.headers["etag"]) == (status, b"", '"1"')
    assert client.call("GET", "/echo").status == 200


@pytest.mark.parametrize(
    ("told", "body"),
    [
        ({"a": 1}, b'{"a": 1}'),
        ([1, 2], b"[1, 2]"),
        ("text", b"text"),
        (None, b"null"),
        ({"body": "without a status"}, b'{"body": "without a status"}'),
    ],
)
def test_any_other_json_is_the_body_of_a_200(client: Client, told: Any, body: bytes) -> None:
    answer = ask(client, told)
    assert (answer.status, answer.body) == (200, body)
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    "told",
    [
        {"statusCode": "many"},
        {"statusCode": 42},
        {"statusCode": None},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
        {"statusCode": 200, "headers": {"X": ["list"]}},
        {"statusCode": 200, "headers": {"X": "a\r\nSet-Cookie: b=1"}},
        {"statusCode": 200, "headers": "none"},
    ],
)
def test_a_malformed_answer_is_500(client: Client, told: Any) -> None:
    answer = ask(client, told)
    assert (answer.status, answer.json) == (500, {"message": "Internal Server Error"})


# CORS

ORIGIN = ("Origin", "https://school.example")
PREFLIGHT = ("Access-Control-Request-Method", "POST")


@pytest.mark.parametrize(
    ("parameters", "granted"),
    [
        ({}, "*"),
        ({"AllowedOrigins": "https://other.example,https://school.example"}, "https://school.example"),
        ({"AllowedOrigins": "https://*"}, "https://school.example"),
        ({"AllowedOrigins": "https://other.example"}, None),
    ],
)
def test_the_origins_may_be_a_parameter_of_the_template(
    workers: Workers, tmp_path: Path, parameters: dict[str, str], granted: str | None
) -> None:
    origins = {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}
    for client in serve(document(PATHS, {"allowOrigins": origins}), workers, tmp_path, parameters=parameters):
        assert client.call("GET", "/echo", headers=[ORIGIN]).headers.get("access-control-allow-origin") == granted


def test_the_gateway_answers_preflights_itself(cors_client: Client) -> None:
    answer = cors_client.call("OPTIONS", "/answer", headers=[ORIGIN, PREFLIGHT])
    assert (answer.status, answer.body) == (204, b"")
    granted = {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}
    assert granted == {
        "access-control-allow-origin": "https://school.example",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "authorization,content-type",
        "access-control-expose-headers": "etag,location",
        "access-control-max-age": "600",
    }


def test_a_preflight_from_elsewhere_is_granted_nothing(cors_client: Client) -> None:
    answer = cors_client.call("OPTIONS", "/echo", headers=[("Origin", "https://evil.example"), PREFLIGHT])
    assert answer.status == 204
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_options_that_is_no_preflight_is_an_ordinary_request(cors_client: Client) -> None:
    assert cors_client.call("OPTIONS", "/answer").json["routeKey"] == "OPTIONS /answer"
    assert cors_client.call("OPTIONS", "/echo").status == 404


def test_the_function_s_cors_headers_are_replaced(cors_client: Client) -> None:
    told = {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*", "Vary": "Accept"}, "body": "x"}
    answer = ask(cors_client, told, [ORIGIN])
    assert answer.headers["access-control-allow-origin"] == "https://school.example"
    assert answer.headers["access-control-expose-headers"] == "etag,location"
    assert answer.headers["vary"] == "Accept, Origin"
    assert "access-control-allow-origin" not in ask(cors_client, told).headers


def test_the_gateway_s_own_refusals_can_be_read_across_origins(cors_client: Client) -> None:
    answer = cors_client.call("GET", "/private", headers=[ORIGIN])
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (401, "https://school.example")


def test_without_cors_configured_the_function_s_headers_pass(client: Client) -> None:
    told = {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}, "body": "x"}
    assert ask(client, told, [ORIGIN]).headers["access-control-allow-origin"] == "*"
    assert client.call("OPTIONS", "/echo", headers=[ORIGIN, PREFLIGHT]).status == 404


# Authorizer


def private(client: Client, token: str | None, target: str = "/private") -> Answer:
    return client.call("GET", target, headers=[("Authorization", token)] if token else [])


def test_without_the_identity_source_the_authorizer_is_not_asked(client: Client, calls: Path) -> None:
    before = len(list(calls.iterdir()))
    answer = private(client, None)
    assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})
    assert private(client, "").status == 401
    assert len(list(calls.iterdir())) == before


def test_the_authorizer_s_context_reaches_the_function_and_is_kept(
    client: Client, calls: Path, workers: Workers
) -> None:
    before = len(list(calls.iterdir()))
    first = private(client, "Bearer ada").json["requestContext"]["authorizer"]["lambda"]
    assert first["sub"] == "Bearer ada"
    assert private(client, "Bearer ada").json["requestContext"]["authorizer"]["lambda"] == first
    assert len(list(calls.iterdir())) == before + 1

    assert private(client, "Bearer bob").json["requestContext"]["authorizer"]["lambda"]["sub"] == "Bearer bob"
    assert len(list(calls.iterdir())) == before + 2

    workers.clock_offset = 301
    try:
        later = private(client, "Bearer ada").json["requestContext"]["authorizer"]["lambda"]
    finally:
        workers.clock_offset = 0
    assert later["at"] > first["at"]
    assert len(list(calls.iterdir())) == before + 3


def test_the_authorizer_s_event(client: Client, calls: Path) -> None:
    private(client, "Bearer event", "/private?a=1")
    event = json.loads(max(calls.iterdir(), key=lambda file: int(file.name)).read_text())
    assert (event["version"], event["type"]) == ("2.0", "REQUEST")
    assert event["identitySource"] == ["Bearer event"]
    assert event["routeArn"] == "arn:aws:execute-api:us-east-1:123456789012:local/$default/GET/private"
    assert (event["routeKey"], event["rawPath"], event["rawQueryString"]) == ("GET /private", "/private", "a=1")
    assert event["headers"]["authorization"] == "Bearer event"
    assert event["requestContext"]["http"]["method"] == "GET"
    assert "body" not in event


def test_a_refusal_is_403_and_is_kept(client: Client, calls: Path) -> None:
    before = len(list(calls.iterdir()))
    for _ in range(2):
        answer = private(client, "refuse")
        assert (answer.status, answer.json) == (403, {"message": "Forbidden"})
    assert len(list(calls.iterdir())) == before + 1


@pytest.mark.parametrize("token", ["fail", "malformed"])
def test_an_authorizer_that_fails_is_500_and_is_asked_again(client: Client, calls: Path, token: str) -> None:
    before = len(list(calls.iterdir()))
    for _ in range(2):
        answer = private(client, token)
        assert (answer.status, answer.json) == (500, {"message": "Internal Server Error"})
    assert len(list(calls.iterdir())) == before + 2


# The server


def test_a_taken_port_is_an_os_error(client: Client, workers: Workers, tmp_path: Path) -> None:
    gateway = HttpGateway(tmp_path / "api.yaml", deployment(), workers, "127.0.0.1", client.connection.port)
    with pytest.raises(OSError, match="address already in use"):
        gateway.start()
    gateway.stop()
