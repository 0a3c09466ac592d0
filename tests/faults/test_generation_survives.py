"""Whatever dies on the way, the job ends with exactly its lessons, none twice, none lost."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator

import pymongo
import pytest
from bson import ObjectId

from infra.local.event_sources import sqs_record
from infra.local.stack import Stack
from tests.conftest import FAST, http_api
from tests.following import eventually, finished
from tests.generated_course import check_course, generate
from tests.people import Api, Person


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own, whose queues redeliver after a second."""
    with Stack(tmp_path_factory.mktemp("fragile"), environ={}, environment=FAST, visibility_timeout=1) as running:
        yield running


@pytest.fixture(scope="module")
def fragile_api(fragile: Stack) -> Api:
    return http_api(fragile)


def check_all(stack: Stack, person: Person, job_id: str, lesson_count: int) -> None:
    """One course, each lesson, quiz and step once, counted right."""
    job = finished(person, job_id)
    assert job["status"] == "succeeded", job
    total = 2 * lesson_count + 2
    assert job["progress"] == {"step": "assembly", "done": total, "total": total}
    check_course(person, job["result"]["course_id"], lesson_count, sources=True)
    with pymongo.MongoClient(stack.database_uri) as client:
        database = client[stack.database_name]
        course = ObjectId(job["result"]["course_id"])
        assert database.courses.count_documents({"owner_id": ObjectId(person.id)}) == 1
        assert database.lessons.count_documents({"course_id": course}) == lesson_count
        assert database.quizzes.count_documents({"course_id": course}) == lesson_count
        steps = list(database.job_steps.find({"job_id": ObjectId(job_id)}))
        assert {step["state"] for step in steps} == {"done"}
        assert len(steps) == total
        finished_events = {"type": "job.succeeded", "subject_id": ObjectId(job_id)}
        assert database.events.count_documents(finished_events) == 1


def waiting(stack: Stack, logical_id: str) -> int:
    url = stack.deployment.resources[logical_id].ref
    counts = stack.client("sqs").get_queue_attributes(
        QueueUrl=url,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return sum(map(int, counts.values()))


def test_workers_killed_in_the_middle_of_steps(fragile: Stack, fragile_api: Api):
    person = fragile_api.person()
    job_id = generate(person, lesson_count=10)
    killed = 0
    end = time.monotonic() + 30
    while killed < 5 and time.monotonic() < end:
        for pid, function, event in fragile.workers.busy():
            if function == "RunStepFunction" and job_id in str(event):
                os.kill(pid, signal.SIGKILL)
                killed += 1
                break
    assert killed == 5
    # The dead workers' claims run out; the sweep, which fires every minute, sends their steps again.
    for _ in range(12):
        fragile.clock.advance(65)
        try:
            eventually(lambda: person.get(f"/jobs/{job_id}").json["status"] not in ("queued", "running"), seconds=5)
            break
        except AssertionError:
            continue
    check_all(fragile, person, job_id, 10)


def test_every_message_twice_and_in_another_order(fragile: Stack, fragile_api: Api):
    person = fragile_api.person()
    fragile.event_sources.pause()
    shuffled = random.Random(7)
    url = fragile.deployment.resources["AiQueue"].ref
    sqs = fragile.client("sqs")
    try:
        job_id = generate(person, lesson_count=6)
        delivered = 0
        while person.get(f"/jobs/{job_id}").json["status"] in ("queued", "running"):
            batch = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600, AttributeNames=["All"]
            ).get("Messages", [])
            twice = batch * 2
            shuffled.shuffle(twice)
            deliveries = [
                threading.Thread(
                    target=fragile.invoke,
                    args=["RunStepFunction", {"Records": [sqs_record(message, "arn:aws:sqs:us-east-1:1:q")]}],
                )
                for message in twice
            ]
            for delivery in deliveries:
                delivery.start()
            for delivery in deliveries:
                delivery.join()
            for message in batch:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            delivered += len(twice)
        assert delivered >= 2 * 14
    finally:
        fragile.event_sources.start()
    check_all(fragile, person, job_id, 6)


def test_mongod_killed_during_generation(fragile: Stack, fragile_api: Api):
    person = fragile_api.person()
    job_id = generate(person, lesson_count=12)
    eventually(lambda: person.get(f"/jobs/{job_id}").json["progress"]["done"] >= 4)
    fragile.kill_mongod()
    away = person.get(f"/jobs/{job_id}")
    assert (away.status, away.json["code"]) == (503, "UNAVAILABLE")
    assert int(away.headers["retry-after"]) >= 1
    health = fragile_api.anonymous.get("/health")
    assert health.status == 503
    fragile.restart_mongod()
    for _ in range(6):
        fragile.clock.advance(65)
        try:
            eventually(lambda: person.get(f"/jobs/{job_id}").json.get("status") == "succeeded", seconds=10)
            break
        except AssertionError:
            continue
    check_all(fragile, person, job_id, 12)


def test_a_poison_message_reaches_the_dead_letter_queue_alone_and_its_job_says_why(
    fragile: Stack, fragile_api: Api
):
    person, other = fragile_api.person(), fragile_api.person()
    before = waiting(fragile, "AiDeadLetterQueue")
    fragile.event_sources.pause()
    try:
        poisoned = generate(person, lesson_count=3)
        with pymongo.MongoClient(fragile.database_uri) as client:
            client[fragile.database_name].jobs.update_one(
                {"_id": ObjectId(poisoned)}, {"$set": {"request.difficulty": "unheard of"}}
            )
    finally:
        fragile.event_sources.start()
    sound = generate(other, lesson_count=3)
    job = finished(person, poisoned)
    assert (job["status"], job["error"]["code"]) == ("failed", "STEP_GAVE_UP")
    assert "outline" in job["error"]["detail"] and "8 times" in job["error"]["detail"]
    check_all(fragile, other, sound, 3)
    eventually(lambda: waiting(fragile, "AiDeadLetterQueue") == before + 1, seconds=30)
    eventually(lambda: waiting(fragile, "AiQueue") == 0, seconds=30)
    message = fragile.client("sqs").receive_message(QueueUrl=fragile.deployment.resources["AiDeadLetterQueue"].ref)[
        "Messages"
    ][0]
    assert poisoned in message["Body"]


def test_a_message_that_is_no_message_reaches_the_dead_letter_queue(fragile: Stack, fragile_api: Api):
    before = waiting(fragile, "AiDeadLetterQueue")
    url = fragile.deployment.resources["AiQueue"].ref
    fragile.client("sqs").send_message(QueueUrl=url, MessageBody="not JSON")
    eventually(lambda: waiting(fragile, "AiDeadLetterQueue") == before + 1, seconds=30)
    job = finished(person := fragile_api.person(), generate(person, lesson_count=1))
    assert job["status"] == "succeeded"


def test_messages_lost_between_commit_and_queue_are_sent_by_the_sweep(fragile: Stack, fragile_api: Api):
    person = fragile_api.person()
    fragile.event_sources.pause()
    try:
        job_id = generate(person, lesson_count=2)
        fragile.client("sqs").purge_queue(QueueUrl=fragile.deployment.resources["AiQueue"].ref)
    finally:
        fragile.event_sources.start()
    fragile.clock.advance(16 * 60)
    person.sign_in()
    fragile.schedules.fire("SweepJobsFunction")
    check_all(fragile, person, job_id, 2)
