"""events/: each file is a real event of one function, and the function takes it."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.contract import ROOT
from infra.contract.endpoints import endpoints
from infra.local.stack import Stack
from tests.conftest import LambdaContext

EVENTS = sorted((ROOT / "events").glob("*/*.json"))
NAMES = [str(file.relative_to(ROOT / "events")) for file in EVENTS]


def read(file: Path) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return event


def module_of(file: Path) -> str:
    """events/courses/course.patch.json is an event of courses.course."""
    return f"{file.parent.name}.{file.name.partition('.')[0]}"


def is_http(event: dict[str, Any]) -> bool:
    return "http" in event.get("requestContext", {}) and event.get("type") != "REQUEST"


HTTP = [file for file in EVENTS if is_http(read(file))]


def test_every_handler_has_an_event_and_every_event_a_handler():
    handlers = {f"{file.parent.name}.{file.stem}" for file in (ROOT / "functions").glob("*/*.py")}
    assert {module_of(file) for file in EVENTS} == handlers


def test_every_operation_has_one_event_in_its_functions_name():
    found = sorted((read(file)["routeKey"], module_of(file)) for file in HTTP)
    assert found == sorted((f"{each.method} {each.path}", each.module) for each in endpoints())


@pytest.mark.parametrize("file", HTTP, ids=[str(file.relative_to(ROOT / "events")) for file in HTTP])
def test_an_http_event_agrees_with_itself_and_its_operation(file: Path):
    event = read(file)
    context = event["requestContext"]
    method, path = event["routeKey"].split(" ")
    endpoint = next(each for each in endpoints() if (each.method, each.path) == (method, path))
    filled = re.sub(r"{(\w+)}", lambda name: event["pathParameters"][name[1]], path)
    assert context["routeKey"] == event["routeKey"]
    assert context["http"]["method"] == method
    assert event["rawPath"] == context["http"]["path"] == filled
    assert ("authorizer" in context) == ("authorization" in event["headers"]) == (endpoint.permission is not None)
    if "body" in event:
        assert event["headers"]["content-length"] == str(len(event["body"].encode()))


@pytest.mark.parametrize("file", EVENTS, ids=NAMES)
def test_the_function_takes_the_event(ground: Stack, file: Path):
    answer = importlib.import_module(module_of(file)).lambda_handler(read(file), LambdaContext())
    assert not (answer or {}).get("batchItemFailures")
    if is_http(read(file)):
        assert answer["statusCode"] < 500, answer["body"]
        assert answer["statusCode"] not in (400, 415, 422), f"the sample is not valid: {answer['body']}"
        # What the answer may say of a resource that is not there; "no such path" would be another matter.
        assert "no such path" not in (answer.get("body") or "")
