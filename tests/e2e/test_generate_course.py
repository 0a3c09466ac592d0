"""The main job over real HTTP and WebSocket: a learner asks for a course and watches it being made."""

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from infra.local.stack import Stack
from tests.following import Follower, eventually, finished, ticket
from tests.generated_course import REQUEST, check_course, generate, lessons_of
from tests.people import Api


def test_a_learner_asks_for_a_course_and_watches_it_being_made(stack: Stack, stack_api: Api):
    person = stack_api.person()
    with Follower(person, stack.ws_url) as follower:
        accepted = person.post("/ai/generate-course", REQUEST)
        assert accepted.status == 202
        job_id = accepted.json["job_id"]
        assert accepted.headers["location"] == f"/jobs/{job_id}"
        assert accepted.json == {"job_id": job_id, "status": "queued"}
        end = follower.wait_for("job.finished", seconds=120)["data"]

        def progress() -> list[dict[str, object]]:
            return [message["data"]["progress"] for message in follower.of("job.progress")]

        # Messages may overtake each other on their way, the last one too.
        eventually(lambda: len({step["done"] for step in progress()}) == 31, seconds=10)
    assert (end["status"], end["progress"]["done"], end["progress"]["total"]) == ("succeeded", 32, 32)
    assert {step["step"] for step in progress()} == {"outline", "lessons", "quizzes"}
    job = person.get(f"/jobs/{job_id}").json
    assert job == end
    assert (job["kind"], job["provider"], job["error"]) == ("course_generation", "grounded", None)
    assert job["usage"] == {"input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0}
    check_course(person, job["result"]["course_id"], 15, sources=True)


def test_each_block_is_its_source_span(stack: Stack, stack_api: Api):
    import pymongo
    from bson import ObjectId

    person = stack_api.person()
    job = finished(person, generate(person, topic="Photosynthesis", lesson_count=5))
    with pymongo.MongoClient(stack.database_uri) as client:
        sources = client[stack.database_name].sources
        for lesson in lessons_of(person, job["result"]["course_id"]):
            for block in lesson["blocks"]:
                span = block["source"]
                text = sources.find_one({"_id": ObjectId(span["source_id"])})["text"]
                assert " ".join(block["text"].split()) == " ".join(text[span["start"] : span["end"]].split())
                assert span["title"] == "Photosynthesis"
                assert block["html"]


@pytest.mark.parametrize("lesson_count", [1, 7])
def test_a_course_from_the_persons_own_text(stack_api: Api, lesson_count: int):
    from pathlib import Path

    from lms.ai import library

    own = (Path(library.__file__).with_name("library") / "python.md").read_text(encoding="utf-8")
    person = stack_api.person()
    job = finished(
        person, generate(person, topic="My own notes", lesson_count=lesson_count, source_text=own[:20_000])
    )
    assert job["status"] == "succeeded", job
    check_course(person, job["result"]["course_id"], lesson_count, sources=True)
    block = lessons_of(person, job["result"]["course_id"])[0]["blocks"][0]
    assert block["source"]["title"] == "My own notes"


def test_no_text_on_the_topic_is_a_422_that_says_what_there_is(stack_api: Api):
    answer = stack_api.person().post("/ai/generate-course", {**REQUEST, "topic": "Medieval French poetry"})
    assert (answer.status, answer.json["code"]) == (422, "NO_SOURCE")
    for title in ("Machine Learning", "Photosynthesis", "Python", "source_text"):
        assert title in answer.json["detail"]


def test_too_little_text_is_a_422_that_says_how_much_is_needed(stack_api: Api):
    text = "A cell is the smallest unit of life. Every cell has a membrane. The membrane keeps things in."
    answer = stack_api.person().post("/ai/generate-course", {**REQUEST, "source_text": text})
    assert (answer.status, answer.json["code"]) == (422, "NOT_ENOUGH_MATERIAL")
    assert any(char.isdigit() for char in answer.json["detail"])


def test_a_job_is_cancelled_and_taken_up_again_without_repeating_a_step(stack: Stack, stack_api: Api):
    import pymongo
    from bson import ObjectId

    person = stack_api.person()
    job_id = generate(person, lesson_count=12)
    eventually(lambda: person.get(f"/jobs/{job_id}").json["progress"]["done"] >= 3)
    cancelled = person.post(f"/jobs/{job_id}/cancel")
    assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
    assert person.post(f"/jobs/{job_id}/cancel").json["status"] == "cancelled"
    done = cancelled.json["progress"]["done"]
    with pymongo.MongoClient(stack.database_uri) as client:
        steps = client[stack.database_name].job_steps

        def kept() -> dict[str, object]:
            return {row["name"]: row for row in steps.find({"job_id": ObjectId(job_id), "state": "done"})}

        before = kept()
        assert len(before) == done
        retried = person.post(f"/jobs/{job_id}/retry")
        assert (retried.status, retried.json["status"]) == (200, "queued")
        job = finished(person, job_id)
        after = kept()
    assert (job["status"], job["progress"]["done"]) == ("succeeded", 26)
    assert {name: after[name] for name in before} == before
    check_course(person, job["result"]["course_id"], 12, sources=True)
    again = person.post(f"/jobs/{job_id}/retry")
    assert (again.status, again.json["code"]) == (409, "JOB_STATE")
    late = person.post(f"/jobs/{job_id}/cancel")
    assert (late.status, late.json["code"]) == (409, "JOB_STATE")


def test_a_job_is_cancelled_before_its_first_step_and_resumed(stack_api: Api):
    person = stack_api.person()
    job_id = generate(person, lesson_count=2)
    person.post(f"/jobs/{job_id}/cancel")
    if person.get(f"/jobs/{job_id}").json["status"] == "cancelled":
        person.post(f"/jobs/{job_id}/retry")
    assert finished(person, job_id)["status"] == "succeeded"


def test_nobody_else_sees_a_job(stack: Stack, stack_api: Api):
    person, other = stack_api.person(), stack_api.person()
    job_id = generate(person, lesson_count=1)
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/retry")):
        assert other.call(method, f"/jobs/{job_id}{path}").status == 404
    assert [job["id"] for job in other.get("/jobs").json["items"]] == []
    assert [job["id"] for job in person.get("/jobs").json["items"]] == [job_id]
    with Follower(other, stack.ws_url) as follower:
        follower.send(action="subscribe", topic=f"job:{job_id}")
        assert follower.wait_for("error")["data"]["code"]
        finished(person, job_id)
        assert not follower.of("job.progress") and not follower.of("job.finished")


def test_a_repeated_request_with_its_key_starts_one_job(stack_api: Api):
    person = stack_api.person()
    headers = {"Idempotency-Key": "the one course"}
    answers = [
        person.post("/ai/generate-course", {**REQUEST, "lesson_count": 1}, headers=headers) for _ in range(3)
    ]
    assert len({answer.json["job_id"] for answer in answers}) == 1
    assert len(person.get("/jobs").json["items"]) == 1


def test_a_ticket_works_once_and_for_a_minute(stack: Stack, stack_api: Api):
    person = stack_api.person()
    used = ticket(person)
    with Follower(person, stack.ws_url, used) as follower:
        follower.send(action="ping")
        follower.wait_for("pong")
    late = ticket(person)
    for refused in (f"?ticket={used}", "", "?ticket=", "?ticket=made-up"):
        with pytest.raises(InvalidStatus) as refusal:
            connect(f"{stack.ws_url}{refused}")
        assert refusal.value.response.status_code == 401
    stack.clock.advance(61)
    try:
        with pytest.raises(InvalidStatus):
            connect(f"{stack.ws_url}?ticket={late}")
    finally:
        stack.clock.advance(-61)


def test_a_follower_who_comes_late_gets_the_state_at_once(stack: Stack, stack_api: Api):
    person = stack_api.person()
    job_id = generate(person, lesson_count=1)
    finished(person, job_id)
    with Follower(person, stack.ws_url) as follower:
        follower.send(action="subscribe", topic=f"job:{job_id}")
        state = eventually(lambda: follower.of("job.progress") + follower.of("job.finished"))
        assert state[0]["data"]["id"] == job_id
        assert state[0]["data"]["status"] == "succeeded"
