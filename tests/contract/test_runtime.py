"""The code under the Python that Lambda runs, with its own layer's packages, whatever Python runs the tests."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.contract import ROOT
from infra.local.template import read_yaml

GLOBALS = read_yaml(ROOT / "template.yaml")["Globals"]["Function"]
VERSION = GLOBALS["Runtime"].removeprefix("python")
LOCK = ROOT / "layers/dependencies/requirements.txt"
HANDLERS = sorted(f"{file.parent.name}.{file.stem}" for file in (ROOT / "functions").glob("*/*.py"))

PROBE = """
import importlib, json, sys
version, handlers, events = json.load(sys.stdin)
assert "%d.%d" % sys.version_info[:2] == version
for name in handlers:
    assert callable(importlib.import_module(name).lambda_handler)
from lms.http import lambda_handler
class Context:
    def get_remaining_time_in_millis(self):
        return 10_000
json.dump([lambda_handler(event, Context()) for event in events], sys.stdout)
"""


def candidates() -> Iterator[str]:
    """Where the Makefile looks too: on PATH, then pyenv's and uv's."""
    name = f"python{VERSION}"
    yield name
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    uv = Path.home() / ".local/share/uv/python"
    for place in (*pyenv.glob(f"{VERSION}*"), *uv.glob(f"cpython-{VERSION}*")):
        yield str(place / "bin" / name)


def runs(python: str) -> bool:
    """A shim may stand on PATH for a version that is not there."""
    try:
        return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture(scope="module")
def python() -> str:
    if found := next(filter(runs, candidates()), None):
        return found
    reason = f"Python {VERSION}, which Lambda runs, is missing: pyenv install {VERSION}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def packages(python: str, pytestconfig: pytest.Config) -> Path:
    """The dependencies layer's packages for this Python, kept until the lock changes."""
    assert pytestconfig.cache
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    kept = pytestconfig.cache.mkdir("layers") / f"{VERSION}-{digest}"
    if not kept.exists():
        fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
        uv = Path(sys.executable).with_name("uv")
        command = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        subprocess.run([*command, "--python", python, "--target", fresh, "-r", LOCK], check=True)
        fresh.rename(kept)
    return kept


def event(name: str, **changes: Any) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return {**sample, **changes}


def test_every_handler_imports_and_answers(python: str, packages: Path):
    stranger = event("auth/me")
    del stranger["requestContext"]["authorizer"]
    deep = "[" * 100_000 + "]" * 100_000
    bodies = [f'{{"title": {deep}}}', '{"title": ' + "1" * 5_000 + "}", '{"title": "\\ud800"}', "[]"]
    events = [stranger, *(event("courses/courses.post", body=body) for body in bodies)]
    paths = [ROOT / "layers/core/python", ROOT / "functions", packages]
    answered = subprocess.run(
        [python, "-c", PROBE],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, paths))},
        input=json.dumps([VERSION, HANDLERS, events]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answered.returncode == 0, answered.stderr
    answers = json.loads(answered.stdout)
    assert [answer["statusCode"] for answer in answers] == [401, 400, 400, 422, 422]
    for answer in answers:
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert json.loads(answer["body"])["code"]
