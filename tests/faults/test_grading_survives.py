"""Workers killed while an AI grades, and the model away for a while: each submission is graded once, none lost."""

import os
import signal
from collections.abc import Iterator

import pymongo
import pytest
from bson import ObjectId

from infra.local.stack import Stack
from tests.conftest import FAST, http_api
from tests.core.ai.assessed import REFERENCE
from tests.following import eventually
from tests.functions.assessments.grading import AUTO, about_leaves
from tests.functions.assessments.submitting import handed_in
from tests.functions.courses.enrolled import Class
from tests.gemini_server import FakeGemini
from tests.taught import taught

SUBMISSIONS = 3
QUESTION = {"prompt": "Are leaves green?", "content": {"kind": "true_false", "answer": True}}


@pytest.fixture(scope="module")
def gemini() -> Iterator[FakeGemini]:
    with FakeGemini() as server:
        yield server


@pytest.fixture(scope="module")
def fragile(gemini: FakeGemini, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own, whose queues redeliver after a second."""
    environ = {"GEMINI_API_KEY": "a-key", "GEMINI_BASE_URL": gemini.url}
    environment = {**FAST, "AI_RETRY_BASE_SECONDS": "1"}
    folder = tmp_path_factory.mktemp("fragile")
    with Stack(folder, environ=environ, environment=environment, visibility_timeout=1) as running:
        yield running


def kill_a_grader(stack: Stack, killed: set[int]) -> bool:
    for pid, function, _ in stack.workers.busy():
        if function == "RunGradingFunction" and pid not in killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
            return True
    return False


def test_graders_die_and_the_model_goes_away(fragile: Stack, gemini: FakeGemini):
    api = http_api(fragile)
    begun = taught(api, api.person("instructor"), [QUESTION])
    course = Class(api, begun.teacher, begun.id)
    path = about_leaves(course, AUTO)
    gemini.delay = 1.0
    made = [
        handed_in(course.learner(), path, text=REFERENCE if n == 0 else f"{REFERENCE} {n}.")
        for n in range(SUBMISSIONS)
    ]
    killed: set[int] = set()
    for _ in range(2):
        assert eventually(lambda: kill_a_grader(fragile, killed))
    gemini.fail("unavailable", count=6)
    gemini.delay = 0.0

    def graded() -> int:
        rows = course.owner.get(f"{path}/grades").json["items"]
        return sum(row["grade"]["origin"] == "ai" for row in rows)

    # The dead workers' claims run out; the sweep, which fires every minute, sends their steps again.
    for _ in range(12):
        fragile.clock.advance(130)
        course.owner.sign_in()
        try:
            eventually(lambda: graded() == SUBMISSIONS, seconds=5)
            break
        except AssertionError:
            continue
    assert graded() == SUBMISSIONS
    assert any(call["fault"] for call in gemini.calls)
    with pymongo.MongoClient(fragile.database_uri) as client:
        database = client[fragile.database_name]
        ids = [ObjectId(each["id"]) for each in made]
        assert database.suggestions.count_documents({"submission_id": {"$in": ids}}) == SUBMISSIONS
        jobs = list(database.jobs.find({"kind": "grading"}))
        assert {job["status"] for job in jobs} == {"succeeded"} and len(jobs) == SUBMISSIONS
        assert database.grade_history.count_documents({}) == SUBMISSIONS
