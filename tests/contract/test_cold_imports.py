"""What a function imports before its first event: nothing that reads settings, connects, or may never be needed."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from infra.contract import ROOT
from infra.contract.endpoints import endpoints

HANDLERS = sorted(f"{file.parent.name}.{file.stem}" for file in (ROOT / "functions").glob("*/*.py"))
HTTP = {each.module for each in endpoints() if each.handler}
HEAVY = {"aiohttp", "boto3", "botocore.session", "google.genai", "mangum", "onnxruntime", "requests"}

PROBE = """
import importlib, json, socket, sys
opened = []
connect = socket.socket.connect
socket.socket.connect = lambda self, address: opened.append(str(address)) or connect(self, address)
importlib.import_module(sys.argv[1])
from lms.config import settings
read = settings.cache_info().currsize
print(json.dumps({"modules": list(sys.modules), "settings_read": read, "opened": opened}))
"""


def probe(module: str) -> dict[str, Any]:
    path = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT / "functions")])
    done = subprocess.run(
        [sys.executable, "-c", PROBE, module],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("module", HANDLERS)
def test_a_handlers_import_is_light(module: str):
    found = probe(module)
    assert found["opened"] == []
    assert found["settings_read"] == 0
    heavy = HEAVY & set(found["modules"])
    if module in HTTP:
        assert heavy == set()
    elif module == "gateway.portal":
        assert heavy == {"mangum"}
    else:
        assert heavy <= {"boto3", "botocore.session"}


UNUSED = {
    "ai.job": {"lms.courses", "lms.events", "lms.queues", "lms.realtime"},
    "ai.jobs": {"lms.courses", "lms.events", "lms.queues", "lms.realtime"},
    "ai.generate_course": {"lms.ai.grounded.concepts", "lms.jobs.steps", "lms.courses", "lms.realtime"},
}
"""What a neighbour of the module needs and it does not: each costs milliseconds of every cold start."""


@pytest.mark.parametrize("module", UNUSED)
def test_a_handler_does_not_import_what_its_neighbours_need(module: str):
    assert UNUSED[module].isdisjoint(probe(module)["modules"])
