"""What tests stand on: per pytest process one mongod, one moto, and the handlers imported in-process."""

import base64
import http.client
import importlib
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from bson import ObjectId

from infra.local.stack import ROOT, Stack
from tests.people import Answer, Api

FAST = {"BCRYPT_COST": "4", "AI_RETRY_BASE_SECONDS": "0", "LOG_LEVEL": "WARNING"}


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """MongoDB and AWS with everything that template.yaml deploys, and this process's environment set for it."""
    ground = Stack(tmp_path_factory.mktemp("ground"), environ={}, environment=FAST)
    try:
        ground.start_ground()
        os.environ.update(ground.functions_environment())
        importlib.import_module("gateway.prepare_database").lambda_handler({}, LambdaContext())
        yield ground
    finally:
        ground.stop()


class LambdaContext:
    """As much of Lambda's context as handlers use."""

    aws_request_id = "00000000-0000-0000-0000-000000000000"
    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"

    def __init__(self, seconds: float = 25) -> None:
        self._milliseconds = int(seconds * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


def import_http_handlers() -> None:
    """Register every route on the one resolver."""
    for file in sorted((ROOT / "functions").glob("*/*.py")):
        if "lms.http" in file.read_text(encoding="utf-8"):
            importlib.import_module(f"{file.parent.name}.{file.stem}")


@pytest.fixture(scope="session")
def api(ground: Stack) -> Api:
    """The API in-process: real events into the real handlers, with the real authorizer before them."""
    _leave_the_relay_alone()
    import_http_handlers()
    from gateway.authorize import lambda_handler as authorize

    from lms.http import lambda_handler

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        url = urlsplit(target)
        if "authorization" in headers:
            who = authorize({"headers": dict(headers)}, LambdaContext())["context"]
        else:
            who = {}
        answer = lambda_handler(_event(method, url.path, url.query, headers, body, who), LambdaContext())
        text = answer.get("body") or ""
        return Answer(
            answer["statusCode"],
            {name.lower(): value for name, value in (answer.get("headers") or {}).items()},
            base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode(),
        )

    return Api(send, _set_role)


def _leave_the_relay_alone() -> None:
    """No relay runs in-process, and to tell it took a quarter of these tests' time."""
    from lms import events

    events.nudge = lambda: None


def _event(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, who: Mapping[str, Any]
) -> dict[str, Any]:
    from urllib.parse import parse_qsl

    try:
        text, encoded = body.decode(), False
    except UnicodeDecodeError:
        text, encoded = base64.b64encode(body).decode(), True
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(path),
        "rawQueryString": query,
        "queryStringParameters": dict(parse_qsl(query, keep_blank_values=True)),
        "headers": dict(headers),
        "requestContext": {
            "stage": "$default",
            "requestId": str(ObjectId()),
            "timeEpoch": int(datetime.now(UTC).timestamp() * 1000),
            "http": {"method": method, "path": unquote(path), "sourceIp": "127.0.0.1", "userAgent": "tests"},
            "authorizer": {"lambda": dict(who)},
        },
        "body": text or None,
        "isBase64Encoded": encoded,
    }


def _set_role(user_id: str, role: str) -> None:
    from lms.auth.repository import users

    users().update_one({"_id": ObjectId(user_id)}, {"$set": {"role": role}})


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole stack, running, with the grounded provider."""
    with Stack(tmp_path_factory.mktemp("stack"), environ={}, environment=FAST) as running:
        yield running


@pytest.fixture(scope="session")
def stack_api(stack: Stack) -> Api:
    """The running stack's API over HTTP."""
    return http_api(stack)


def http_api(stack: Stack) -> Api:
    import pymongo

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
        try:
            connection.request(method, target, body=body or None, headers=dict(headers))
            answer = connection.getresponse()
            return Answer(
                answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
            )
        finally:
            connection.close()

    def set_role(user_id: str, role: str) -> None:
        with pymongo.MongoClient(stack.database_uri) as client:
            client[stack.database_name].users.update_one({"_id": ObjectId(user_id)}, {"$set": {"role": role}})

    return Api(send, set_role)
