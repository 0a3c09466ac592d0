"""What the functions log: JSON that ids lead into, and nothing of what people entrust to the system."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from infra.local.stack import ROOT, Stack
from tests.conftest import FAST, http_api
from tests.following import Follower, eventually, finished
from tests.people import Person

EMAIL = "zebrafinch.marker@example.org"
NAME = "Quagga Marker"
PASSWORD = "okapi-marker-password"
STEPS = 4
TEXT = "tapir-marker-text"
LEAVES = (ROOT / "layers/core/python/lms/ai/library/photosynthesis.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    environment = {**FAST, "LOG_LEVEL": "DEBUG"}
    with Stack(tmp_path_factory.mktemp("logs"), size=2, environ={}, environment=environment) as running:
        yield running


@dataclass(frozen=True)
class Used:
    """``log`` is what was logged while all was well; ``request_id`` is that of an answer that an outage gave."""

    secrets: set[str]
    job_id: str
    log: list[str]
    request_id: str


@pytest.fixture(scope="module")
def used(talkative: Stack) -> Used:
    person = http_api(talkative).anonymous
    account = {"email": EMAIL, "name": NAME, "password": PASSWORD}
    for status in (201, 409):
        assert person.post("/auth/register", account).status == status
    assert person.post("/auth/login", {"email": EMAIL, "password": PASSWORD + "!"}).status == 401
    secrets = {EMAIL, NAME, PASSWORD, TEXT} | keys(talkative.state)
    secrets |= sign_in(person, "/auth/login", {"email": EMAIL, "password": PASSWORD})
    secrets |= sign_in(person, "/auth/refresh", {"refresh_token": person.refresh_token})
    assert person.get("/auth/me").json["name"] == NAME
    work_on_a_course(person)
    secrets |= connect(person, talkative.ws_url)
    job_id = generate(person)
    # A step's line comes after what it did, and workers do not wait for each other's.
    eventually(lambda: len(steps_of(job_id, lines(talkative))) == STEPS)
    log = lines(talkative)
    talkative.kill_mongod()
    away = person.post("/auth/login", {"email": EMAIL, "password": PASSWORD})
    assert away.status == 503, away.text
    return Used(secrets, job_id, log, away.json["request_id"])


def keys(state: Path) -> set[str]:
    ring = json.loads((state / "jwt_keys.json").read_text(encoding="utf-8"))
    return set(ring["keys"].values())


def sign_in(person: Person, path: str, body: dict[str, str]) -> set[str]:
    answer = person.post(path, body)
    assert answer.status == 200, answer.text
    person.access_token, person.refresh_token = answer.json["access_token"], answer.json["refresh_token"]
    return {person.access_token, person.refresh_token}


def work_on_a_course(person: Person) -> None:
    course = {"title": TEXT, "description": TEXT, "audience": TEXT, "difficulty": "beginner"}
    assert person.post("/courses", course, headers={"Idempotency-Key": TEXT}).status == 201
    assert person.post("/courses", {**course, TEXT: TEXT}).status == 422
    assert person.post("/courses", raw=f'{{"title": "{TEXT}"').status == 400
    assert person.get(f"/courses?tag={TEXT}").status == 200
    assert person.get("/auth/me", headers={"Authorization": f"Bearer {TEXT}"}).status == 401


def connect(person: Person, ws_url: str) -> set[str]:
    ticket = person.post("/notifications/ticket").json["ticket"]
    with Follower(person, ws_url, ticket) as follower:
        follower.send(action="ping")
        follower.wait_for("pong")
        follower.send(action=TEXT)
        follower.wait_for("error")
    with pytest.raises(InvalidStatus):
        Follower(person, ws_url, ticket)
    return {ticket}


def generate(person: Person) -> str:
    text = f"{LEAVES}\n\nThe {TEXT} is a marker of this text.\n"
    request = {"topic": TEXT, "audience": TEXT, "difficulty": "beginner", "lesson_count": 1, "source_text": text}
    answer = person.post("/ai/generate-course", request)
    assert answer.status == 202, answer.text
    job_id: str = answer.json["job_id"]
    assert finished(person, job_id)["status"] == "succeeded"
    return job_id


def lines(stack: Stack) -> list[str]:
    # Other tests' functions write on: only what a newline ends is a line.
    *whole, _ = (stack.state / "functions.log").read_text(encoding="utf-8").split("\n")
    return whole


def steps_of(job_id: str, log: list[str]) -> list[str]:
    """The steps that have lines under the job's id."""
    return [each["step"] for each in map(json.loads, log) if each.get("job_id") == job_id]


def test_no_personal_data_no_secret_and_no_content(talkative: Stack, used: Used):
    log = lines(talkative)
    assert log
    assert [line for line in log if any(secret in line for secret in used.secrets)] == []


def test_every_line_is_json_and_leads_to_a_request_a_message_or_a_job(used: Used):
    records = [each for each in map(json.loads, used.log) if "_aws" not in each]
    assert records
    assert [each for each in records if not (each["level"] and each["correlation_id"])] == []


def test_an_errors_request_id_finds_its_line(talkative: Stack, used: Used):
    (found,) = [json.loads(line) for line in lines(talkative) if used.request_id in line]
    assert (found["message"], found["correlation_id"]) == ("mongodb is away", used.request_id)
    assert "exception" in found


def test_a_jobs_id_finds_its_steps(used: Used):
    assert sorted(steps_of(used.job_id, used.log)) == ["assembly", "lesson-1", "outline", "quiz-1"]
