"""Submissions compared through the API, the queue's worker within the process."""

import importlib
import json
import random
from typing import Any

from bson import ObjectId

from tests.conftest import LambdaContext
from tests.functions.courses.enrolled import Class

COMPARED = {"similarity": {"enabled": True}}


def text(seed: int, words: int = 90) -> str:
    """Of words that no other text has."""
    chance = random.Random(seed)
    return " ".join(f"w{chance.randrange(10**9)}" for _ in range(words))


def work_off(job_id: str) -> None:
    """Do what the worker of the queue would, each message twice."""
    from lms.jobs.repository import steps

    handle = importlib.import_module("assessments.run_similarity").lambda_handler
    while row := steps().find_one({"job_id": ObjectId(job_id), "state": "pending"}):
        body = json.dumps({"job_id": job_id, "step": row["name"]})
        attributes = {"ApproximateReceiveCount": "1"}
        record = {"messageId": "m", "receiptHandle": "r", "body": body, "attributes": attributes}
        for _ in range(2):
            assert handle({"Records": [record]}, LambdaContext(100)) == {"batchItemFailures": []}


def run(course: Class, path: str) -> dict[str, Any]:
    """The finished job."""
    answer = course.owner.post(f"{path}/similarity")
    assert answer.status == 202, answer.text
    work_off(answer.json["job_id"])
    job = course.owner.get(answer.headers["location"]).json
    assert (job["status"], job["kind"], job["course_id"]) == ("succeeded", "similarity", course.id), job
    assert job["progress"]["done"] == job["progress"]["total"]
    return job
