"""Health: what is asked, how long it may take, what it means for the domains, and what it must not give away."""

import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.local.process import free_port
from infra.local.stack import ROOT, Stack
from lms import clock, config, mongo, queues
from lms.gateway import VERSION, dependencies, health
from lms.notifications import table
from tests.people import Api


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    """Each test asks anew: what was found before is more than 15 s old."""
    clock.shift(_shift())
    yield
    clock.shift(0)


_tests = 0


def _shift() -> float:
    global _tests
    _tests += 1
    return _tests * 60


def forget_clients() -> None:
    """Have settings and clients made anew: whatever these modules keep."""
    for module in (config, dependencies, mongo, queues, table):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@contextmanager
def environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Iterator[None]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    forget_clients()
    try:
        yield
    finally:
        monkeypatch.undo()
        forget_clients()


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who answers is well, however busy this machine is."""
    monkeypatch.setattr(health, "_LONGEST_SECONDS", 30)
    monkeypatch.setattr(health, "_SLOW_MILLISECONDS", 30_000)


def statuses(rows: list[dict[str, str]]) -> dict[str, str]:
    return {row["name"]: row["status"] for row in rows}


def test_health_is_public_and_tells_the_version(api: Api) -> None:
    answer = api.anonymous.get("/health")
    assert (answer.status, answer.json) == (200, {"status": "ok", "version": VERSION})


def test_the_version_is_that_of_the_project() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_health_is_a_503_problem_when_mongodb_is_away(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with environment(monkeypatch, MONGODB_URI=f"mongodb://127.0.0.1:{free_port()}"):
        before = time.monotonic()
        answer = api.anonymous.get("/health")
        assert time.monotonic() - before < 2
    assert (answer.status, answer.json["code"]) == (503, "UNAVAILABLE")
    assert answer.headers["content-type"] == "application/problem+json" and answer.headers["retry-after"]


@pytest.mark.usefixtures("unhurried")
def test_every_dependency_and_domain_has_its_row(api: Api) -> None:
    answer = api.anonymous.get("/health/services")

    assert answer.status == 200 and answer.json["status"] == "ok"
    assert statuses(answer.json["dependencies"]) == {
        "mongodb": "ok",
        "sqs": "ok",
        "s3": "ok",
        "dynamodb": "ok",
        "mail": "not_configured",
        "push": "not_configured",
        "ai": "ok",
    }
    for row in answer.json["dependencies"]:
        assert (row["latency_ms"] is None) == (row["status"] == "not_configured")
    assert set(statuses(answer.json["domains"]).values()) == {"ok"}
    counted = {
        row["name"]: row["dead_letters"] for row in answer.json["domains"] if row["dead_letters"] is not None
    }
    assert {name for name, count in counted.items() if count == 0} == {
        *("ai", "analytics", "assessments", "courses", "files")
    }


def test_the_domains_are_those_that_have_functions() -> None:
    assert set(health.DOMAINS) == {file.parent.name for file in (ROOT / "functions").glob("*/*.py")}


def test_what_was_found_is_kept_for_fifteen_seconds(api: Api) -> None:
    def checked_at() -> str:
        moment: str = api.anonymous.get("/health/services").json["checked_at"]
        return moment

    first, now = checked_at(), _tests * 60
    clock.shift(now + 13)
    assert checked_at() == first
    clock.shift(now + 16)
    assert checked_at() != first


@pytest.mark.usefixtures("unhurried")
def test_dead_letters_degrade_their_domain(api: Api) -> None:
    queue = config.settings().ai_queue_url
    redrive = queues.sqs().get_queue_attributes(QueueUrl=queue, AttributeNames=["RedrivePolicy"])
    name = redrive["Attributes"]["RedrivePolicy"].split(":")[-2].split('"')[0]
    dead = f"{queue.rpartition('/')[0]}/{name}"
    queues.send(dead, [{"poison": True}])
    try:
        answer = api.anonymous.get("/health/services").json
    finally:
        queues.sqs().purge_queue(QueueUrl=dead)

    row = next(row for row in answer["domains"] if row["name"] == "ai")
    assert (row["status"], row["dead_letters"]) == ("degraded", 1)
    assert statuses(answer["domains"])["courses"] == "ok" and answer["status"] == "degraded"


def test_dependencies_that_hang_are_down_and_hold_nothing_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        silent() as port,
        environment(
            monkeypatch,
            MONGODB_URI=f"mongodb://127.0.0.1:{port}/?directConnection=true",
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
            GEMINI_API_KEY_PARAMETER="/lms/gemini",
            GEMINI_BASE_URL=f"http://127.0.0.1:{port}",
        ),
    ):
        before = time.monotonic()
        answer = api.anonymous.get("/health/services")
        assert time.monotonic() - before < 2

    assert answer.status == 200
    asked = {row["status"] for row in answer.json["dependencies"] if row["status"] != "not_configured"}
    assert asked == {"down"} and answer.json["status"] == "down"
    assert set(statuses(answer.json["domains"]).values()) == {"down"}


@pytest.mark.usefixtures("unhurried")
def test_what_is_only_useful_to_a_domain_degrades_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with environment(monkeypatch, AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{free_port()}"):
        domains = statuses(api.anonymous.get("/health/services").json["domains"])
    assert (domains["notifications"], domains["ai"], domains["auth"]) == ("down", "degraded", "ok")


@pytest.mark.usefixtures("unhurried")
def test_gemini_is_asked_where_a_key_is_configured(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    with environment(monkeypatch, GEMINI_API_KEY_PARAMETER="/lms/gemini", GEMINI_BASE_URL=gone):
        answer = api.anonymous.get("/health/services").json
    assert statuses(answer["dependencies"])["ai"] == "down"
    assert statuses(answer["domains"])["ai"] == "degraded"


def test_no_address_and_no_secret_is_given_away(api: Api, ground: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    with environment(monkeypatch, MONGODB_URI="mongodb://user:hunter2@127.0.0.1:1/?directConnection=true"):
        text = api.anonymous.get("/health/services").text + api.anonymous.get("/health").text
    for secret in ("127.0.0.1", "localhost", "amazonaws", "hunter2", "mongodb://", ground.aws.endpoint):
        assert secret not in text


def test_asking_imports_no_aws_client_before_it_is_needed() -> None:
    code = "import lms.gateway.health, sys; sys.exit('botocore.session' in sys.modules)"
    environment = {"PYTHONPATH": str(ROOT / "layers/core/python")}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0


def test_an_answer_that_is_late_is_left_alone() -> None:
    replies = dependencies.ask({"late": lambda: time.sleep(3), "soon": lambda: 5}, 0.2)
    assert replies["late"].latency_ms is None and replies["soon"].value == 5
