"""Gemini away for a while: the job waits for it and loses nothing. GEMINI_AWAY_SECONDS sets for how long."""

import os
from collections.abc import Iterator

import pytest

from infra.local.stack import Stack
from tests.conftest import http_api
from tests.following import eventually, finished
from tests.gemini_server import FakeGemini
from tests.gemini_stack import stack_with
from tests.generated_course import check_course, generate

AWAY = float(os.environ.get("GEMINI_AWAY_SECONDS", "10"))


@pytest.fixture(scope="module")
def gemini() -> Iterator[FakeGemini]:
    with FakeGemini() as server:
        yield server


@pytest.fixture(scope="module")
def gemini_stack(gemini: FakeGemini, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack_with(gemini, tmp_path_factory.mktemp("away"), AI_RETRY_BASE_SECONDS="2") as running:
        yield running


def test_gemini_goes_away_in_the_middle_and_comes_back(gemini: FakeGemini, gemini_stack: Stack):
    person = http_api(gemini_stack).person()
    # Long enough that the job is still in its middle when that is seen, however busy this machine is.
    gemini.delay = 0.5
    job_id = generate(person, lesson_count=10)
    eventually(lambda: person.get(f"/jobs/{job_id}").json["progress"]["done"] >= 2)
    gemini.fail("unavailable", for_seconds=AWAY)
    job = finished(person, job_id, seconds=200 + 2 * AWAY)
    assert job["status"] == "succeeded", job
    assert any(call["fault"] for call in gemini.calls)
    good = [(call["task"], call["lesson"]) for call in gemini.calls if not call["fault"]]
    assert len(good) == len(set(good)) == 21, "each step was asked for once with success"
    check_course(person, job["result"]["course_id"], 10, sources=False)
