"""Assignments that an AI grades, and its worker's work, done here."""

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from bson import ObjectId

from infra.local.stack import Stack
from lms import config
from tests.conftest import LambdaContext
from tests.core.ai.assessed import REFERENCE
from tests.functions.assessments.assigned import levels, new_assignment, new_rubric
from tests.functions.courses.enrolled import Class
from tests.gemini_server import FakeGemini
from tests.people import Person

SUGGEST: dict[str, Any] = {"mode": "suggest"}
AUTO: dict[str, Any] = {
    "mode": "auto",
    "least_confidence": 0.5,
    "lowest_percent": 0.0,
    "highest_percent": 100.0,
    "sample_share": 0.0,
    "margin_percent": 20.0,
}
EXPLANATION = {"title": "Explanation", "ranged": True, "levels": levels(10, 5, 0)}


@contextmanager
def asked(ground: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGemini]:
    """A Gemini on loopback that the worker of this process asks."""
    ground.client("ssm").put_parameter(Name="/lms/gemini", Value="a-key", Type="SecureString", Overwrite=True)
    with FakeGemini() as server, monkeypatch.context() as patch:
        for name, value in {
            "GEMINI_API_KEY_PARAMETER": "/lms/gemini",
            "GEMINI_BASE_URL": server.url,
            "CIRCUIT_TABLE": "",
            "AI_RETRY_BASE_SECONDS": "0",
        }.items():
            patch.setenv(name, value)
        config.settings.cache_clear()
        yield server
    config.settings.cache_clear()


def about_leaves(course: Class, ai: dict[str, Any], *, rubric: bool = True, **settings: Any) -> str:
    rubric_id = new_rubric(course, criteria=[EXPLANATION])["id"] if rubric else None
    fields = {
        "title": "Leaves",
        "instructions": "Why are leaves green?",
        "reference_answers": [REFERENCE],
        "rubric_id": rubric_id,
        "ai_grading": ai,
        **settings,
    }
    return new_assignment(course, **fields)


def jobs_of(path: str) -> list[dict[str, Any]]:
    """The grading jobs of the assignment, the first first."""
    from lms.jobs.repository import jobs

    wanted = {"kind": "grading", "assignment_id": ObjectId(path.rpartition("/")[2])}
    return list(jobs().find(wanted).sort("_id", 1))


def message(job_id: ObjectId, step: str) -> list[Any]:
    """What the worker answers to the step's message: what failed of it."""
    handle = importlib.import_module("assessments.run_grading").lambda_handler
    body = json.dumps({"job_id": str(job_id), "step": step})
    record = {
        "messageId": "m",
        "receiptHandle": "r",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    failures: list[Any] = handle({"Records": [record]}, LambdaContext(100))["batchItemFailures"]
    return failures


def work_off(path: str) -> None:
    """Do what the worker of the queue would, each message twice."""
    from lms.jobs.repository import steps

    ids = [job["_id"] for job in jobs_of(path)]
    while row := steps().find_one({"job_id": {"$in": ids}, "state": "pending"}):
        for _ in range(2):
            assert message(row["job_id"], row["name"]) == []


def suggestion(staff: Person, submission: dict[str, Any]) -> dict[str, Any]:
    answer = staff.get(f"/submissions/{submission['id']}/ai-grade")
    assert answer.status == 200, answer.text
    return answer.json


def kept(submission: dict[str, Any]) -> list[dict[str, Any]]:
    from lms.grading.repository import suggestions

    return list(suggestions().find({"submission_id": ObjectId(submission["id"])}))
