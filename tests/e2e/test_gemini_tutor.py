"""The tutor, the telling of performance, budgets and usage with Gemini, over HTTP, queues and schedules."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.conftest import http_api
from tests.following import eventually, finished
from tests.gemini_server import FakeGemini
from tests.gemini_stack import stack_with
from tests.people import Api, Person
from tests.taught import Taught, asked, taught

QUESTION = {"prompt": "?", "content": {"kind": "true_false", "answer": True}, "pool": "p"}
TEXT = "Photosynthesis turns light into sugar.\n\nChlorophyll is the green pigment that absorbs light."
ASKED = "What is chlorophyll?"
GENERATE = {"topic": "Plants", "audience": "a", "difficulty": "beginner", "lesson_count": 2}


@pytest.fixture(scope="module")
def gemini() -> Iterator[FakeGemini]:
    with FakeGemini() as server:
        yield server


@pytest.fixture(scope="module")
def stack(gemini: FakeGemini, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack_with(gemini, tmp_path_factory.mktemp("tutor")) as running:
        yield running


@pytest.fixture(scope="module")
def api(stack: Stack) -> Api:
    return http_api(stack)


@pytest.fixture(scope="module")
def admin(api: Api) -> Person:
    return api.person("admin")


@pytest.fixture(autouse=True)
def _sound(gemini: FakeGemini, admin: Person) -> Iterator[None]:
    yield
    gemini.reset()
    admin.sign_in()
    asked(admin, "PUT", "/ai/budgets", {})


@pytest.fixture
def course(api: Api) -> Taught:
    made = taught(api, api.person("instructor"), [QUESTION])
    blocks = [{"kind": "markdown", "text": TEXT}]
    asked(made.teacher, "PATCH", f"{made.path}/lessons/{made.lessons[1]}", {"blocks": blocks})
    return made


def ask(person: Person, course: Taught, question: str = ASKED, status: int = 200) -> Any:
    return asked(person, "POST", "/ai/ask", {"course_id": course.id, "question": question}, status)


def tokens(usage: Any) -> int:
    return int(usage["input_tokens"] + usage["output_tokens"])


def test_an_answer_cites_the_lesson_and_is_counted_in_three_scopes(
    gemini: FakeGemini, course: Taught, admin: Person
):
    learner, before = course.learner(), asked(admin, "GET", "/ai/usage?scope=platform")
    found = ask(learner, course)
    assert (found["answered"], found["provider"]) == (True, "gemini")
    for sentence in found["sentences"]:
        for citation in sentence["citations"]:
            assert citation["quote"] in TEXT and citation["lesson_id"] == course.lessons[1]
    own = asked(learner, "GET", "/ai/usage")
    assert own["calls"] == 1 and tokens(own) > 0 and own["cost_usd"] > 0
    of_course = asked(course.teacher, "GET", f"/ai/usage?scope=course&id={course.id}")
    assert tokens(of_course) == tokens(own)
    after = asked(admin, "GET", "/ai/usage?scope=platform")
    assert tokens(after) - tokens(before) == tokens(own)
    rows = {row["task"]: row["calls"] for row in own["by_task"]}
    assert rows["ask"] == 1 and sum(rows.values()) == 1


def test_a_quote_that_stands_nowhere_is_no_answer(gemini: FakeGemini, course: Taught):
    gemini.fail("invents_quote", count=None)
    found = ask(course.learner(), course)
    assert (found["answered"], found["reason"], found["sentences"]) == (False, "NOT_IN_COURSE", [])


def test_what_the_course_does_not_say_costs_nothing(gemini: FakeGemini, course: Taught):
    learner, before = course.learner(), len(gemini.calls)
    assert not ask(learner, course, "Who won the world cup?")["answered"]
    assert len(gemini.calls) == before
    assert asked(learner, "GET", "/ai/usage")["calls"] == 0


def test_who_begins_a_quiz_while_the_model_thinks_is_not_answered(gemini: FakeGemini, course: Taught):
    learner = course.learner()
    gemini.delay = 3.0
    answers: list[Any] = []
    before = len(gemini.calls)
    asking = threading.Thread(
        target=lambda: answers.append(learner.post("/ai/ask", {"course_id": course.id, "question": ASKED}))
    )
    asking.start()
    eventually(lambda: len(gemini.calls) > before)
    asked(learner, "POST", f"{course.quiz}/attempts", {}, 201)
    asking.join()
    assert (answers[0].status, answers[0].json["code"]) == (409, "QUIZ_OPEN")


def test_a_model_that_hangs_is_a_503_before_the_gateway_gives_up(gemini: FakeGemini, course: Taught):
    learner = course.learner()
    gemini.fail("hang", count=None)
    answer = learner.post("/ai/ask", {"course_id": course.id, "question": ASKED})
    assert (answer.status, answer.json["code"]) == (503, "UNAVAILABLE"), answer.text
    assert int(answer.headers["retry-after"]) > 0
    used = asked(learner, "GET", "/ai/usage")
    assert used["input_tokens"] > 0 and used["output_tokens"] == 0, "it may have read the question"


def narrated(person: Person, body: Any) -> Any:
    job_id = asked(person, "POST", "/ai/analyze-performance", body, 202)["job_id"]
    return finished(person, job_id)


def take(learner: Person, course: Taught) -> None:
    attempt = asked(learner, "POST", f"{course.quiz}/attempts", {}, 201)
    answers = {attempt["items"][0]["id"]: True}
    asked(learner, "PUT", f"/attempts/{attempt['id']}/answers", {"client_id": "t", "seq": 1, "answers": answers})
    asked(learner, "POST", f"/attempts/{attempt['id']}/submit")


def test_performance_is_told_over_its_figures_and_no_name_leaves(gemini: FakeGemini, course: Taught):
    learner = course.learner()
    take(learner, course)
    gemini.fail("invents_figure", count=1)
    before = len(gemini.calls)
    job = narrated(learner, {"course_id": course.id})
    assert job["status"] == "succeeded", job["error"]
    analysis = job["result"]["analysis"]
    known = {figure["id"] for figure in analysis["figures"]}
    assert all(set(each["figure_ids"]) <= known for each in analysis["sentences"])
    assert not any("12.34" in each["text"] for each in analysis["sentences"])
    sent = str([call["body"] for call in gemini.calls[before:]])
    assert len(gemini.calls) - before == 2, "told what was wrong, and mended"
    for secret in (learner.email, learner.id, "Some Body", course.id):
        assert secret not in sent
    assert job["usage"]["input_tokens"] == asked(learner, "GET", "/ai/usage")["input_tokens"] > 0


def test_a_narrative_that_keeps_inventing_is_not_shown(gemini: FakeGemini, course: Taught):
    learner = course.learner()
    take(learner, course)
    gemini.fail("invents_figure", count=None)
    job = narrated(learner, {"course_id": course.id})
    assert (job["status"], job["error"]["code"], job["result"]) == ("failed", "CONTENT_REFUSED", None)


def test_a_budget_that_is_used_up_refuses_before_anything_starts(gemini: FakeGemini, course: Taught, admin: Person):
    learner = course.learner()
    ask(learner, course)
    used = tokens(asked(learner, "GET", "/ai/usage"))
    asked(admin, "PUT", "/ai/budgets", {"users": {learner.id: {"tokens": used}}})
    before = len(gemini.calls)
    found = ask(learner, course, status=429)
    assert (found["code"], found["scope"]) == ("BUDGET_EXCEEDED", "user")
    assert (found["used"]["tokens"], found["budget"]["tokens"]) == (used, used)
    assert datetime.fromisoformat(found["resets_at"]).day == 1
    for path, body in (("/ai/generate-course", GENERATE), ("/ai/analyze-performance", {"course_id": course.id})):
        assert asked(learner, "POST", path, body, 429)["code"] == "BUDGET_EXCEEDED"
    assert asked(learner, "GET", "/jobs")["items"] == []
    assert len(gemini.calls) == before
    assert ask(course.learner(), course)["answered"], "others go on"


def test_a_job_whose_budget_ends_midway_says_so_and_goes_on_when_there_is_more(api: Api, admin: Person):
    person = api.person()
    asked(admin, "PUT", "/ai/budgets", {"users": {person.id: {"tokens": 6_000}}})
    # One lesson: several at once would wait for what the others hold.
    job_id = asked(person, "POST", "/ai/generate-course", {**GENERATE, "lesson_count": 1}, 202)["job_id"]
    job = finished(person, job_id)
    assert job["status"] == "failed" and job["error"]["code"] in ("BUDGET_EXCEEDED", "BUDGET_EXHAUSTED"), job
    assert job["progress"]["done"] >= 1, "midway"
    used = asked(person, "GET", "/ai/usage")
    assert 0 < tokens(used) <= 6_000
    assert tokens(used) == tokens(job["usage"])
    asked(admin, "PUT", "/ai/budgets", {"users": {person.id: {"tokens": tokens(used)}}})
    assert asked(person, "POST", f"/jobs/{job_id}/retry", status=429)["code"] == "BUDGET_EXCEEDED"
    assert asked(person, "GET", f"/jobs/{job_id}")["status"] == "failed"
    asked(admin, "PUT", "/ai/budgets", {})
    asked(person, "POST", f"/jobs/{job_id}/retry")
    job = finished(person, job_id)
    assert job["status"] == "succeeded", job["error"]
    assert tokens(asked(person, "GET", "/ai/usage")) == tokens(asked(person, "GET", f"/jobs/{job_id}")["usage"])


def test_a_budget_begins_anew_with_the_month(stack: Stack, course: Taught, admin: Person):
    learner = course.learner()
    ask(learner, course)
    asked(admin, "PUT", "/ai/budgets", {"per_course": {"tokens": 1}})
    assert ask(learner, course, status=429)["scope"] == "course"
    asked(admin, "PUT", "/ai/budgets", {"per_course": {"tokens": 50_000}})
    now = datetime.now(UTC)
    used = tokens(asked(learner, "GET", "/ai/usage"))
    next_month = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=10)
    asked(admin, "PUT", "/ai/budgets", {"per_course": {"tokens": used}})
    assert ask(learner, course, status=429)["code"] == "BUDGET_EXCEEDED"
    moved = (next_month - now).total_seconds()
    stack.clock.advance(moved)
    try:
        learner.sign_in()
        admin.sign_in()
        asked(admin, "PUT", "/ai/budgets", {"per_course": {"tokens": 50_000}})
        assert ask(learner, course)["answered"]
        found = asked(learner, "GET", "/ai/usage")
        assert (found["month"], found["calls"]) == (next_month.strftime("%Y-%m"), 1)
        earlier = asked(learner, "GET", f"/ai/usage?month={now:%Y-%m}")
        assert tokens(earlier) == used
    finally:
        stack.clock.advance(-moved)


def test_estimates_say_what_they_rest_on(course: Taught, admin: Person):
    asked(admin, "PUT", "/ai/budgets", {"per_user": {"tokens": 77_777}})
    tasks = {
        "generate_course": GENERATE,
        "enhance_content": {"lesson_id": course.lessons[1], "action": "expand"},
        "generate_quiz": {"course_id": course.id, "lesson_ids": [course.lessons[1]], "count": 3},
        "analyze_performance": {"course_id": course.id},
        "ask": {"course_id": course.id, "question": ASKED},
    }
    found = {
        task: asked(course.teacher, "POST", "/ai/estimate", {"task": task, "request": request})
        for task, request in tasks.items()
    }
    for each in found.values():
        assert each["provider"] == "gemini" and each["model"] and each["basis"]
        assert each["input_tokens"] > 0 and each["output_tokens"] > 0 and each["cost_usd"] > 0
        assert each["left"] == [{"scope": "user", "tokens": 77_777, "usd": None}]
    assert found["generate_course"]["calls"] == 1 + 2 * 2
    longer = {"task": "generate_course", "request": {**GENERATE, "lesson_count": 20}}
    assert asked(course.teacher, "POST", "/ai/estimate", longer)["cost_usd"] > found["generate_course"]["cost_usd"]
