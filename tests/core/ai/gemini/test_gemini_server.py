"""The loopback Gemini's own control endpoint, as a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from lms.ai.failures import ProviderUnavailable
from tests.core.ai.gemini.desk import Desk, request


@pytest.fixture
def url() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.gemini_server", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


def call(url: str, method: str = "GET", body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data=data, method=method), timeout=10) as answer:
        return json.load(answer)


def test_faults_are_set_over_http_and_calls_are_told(desk: Desk, url: str):
    set_now = call(
        f"{url}/control", "POST", {"faults": [{"kind": "unavailable", "count": None, "task": "outline"}]}
    )
    assert [fault["kind"] for fault in set_now["faults"]] == ["unavailable"]
    gemini = desk.gemini(base_url=url)
    with pytest.raises(ProviderUnavailable):
        gemini.outline(request(), [])
    assert call(f"{url}/control", "POST", {"reset": True})["faults"] == []
    gemini.outline(request(), [])
    calls = call(f"{url}/control/calls")["calls"]
    assert [each["fault"] for each in calls] == ["unavailable"] * 5 + [None]
    assert {each["task"] for each in calls} == {"outline"}
    call(f"{url}/control/calls", "DELETE")
    assert call(f"{url}/control/calls")["calls"] == []
