"""Budgets as admins set them, usage as everybody may see it, and estimates, over the API."""

from collections.abc import Iterator
from typing import Any

import pytest
from bson import ObjectId

from lms import clock, mongo
from lms.audit import audit_log
from lms.spending import budgets, calls
from lms.spending.models.budgets import BudgetsBody
from lms.spending.scopes import Payer
from tests.people import Api, Person
from tests.taught import asked, taught

QUESTION = {"prompt": "?", "content": {"kind": "true_false", "answer": True}, "pool": "p"}


@pytest.fixture(autouse=True)
def _unlimited(api: Api) -> Iterator[None]:
    yield
    budgets.change(ObjectId(), BudgetsBody(), None)


def spend(user_id: str, course_id: str | None, tokens: int, task: str = "ask") -> None:
    payer = Payer(ObjectId(user_id), ObjectId(course_id) if course_id else None)
    call = calls.begin(payer, task, "gemini-2.5-flash", None, calls.Wanted(0, 1, 1, tokens, 0.0, 0.0))
    usage = {"input_tokens": tokens, "output_tokens": 0, "cost_usd": 0.5}
    mongo.transaction(lambda tx: calls.settle(tx, call.id, usage))


def test_budgets_are_replaced_whole_and_again_changes_nothing(api: Api):
    admin = api.person("admin")
    before = admin.get("/ai/budgets")
    wanted = {"platform": {"usd": 100}, "per_user": {"tokens": 5_000}, "users": {"0" * 24: {"tokens": 0}}}
    first = admin.put("/ai/budgets", wanted, headers={"If-Match": before.headers["etag"]})
    assert first.status == 200, first.text
    assert first.json["platform"] == {"tokens": None, "usd": 100.0}
    assert first.json["users"] == {"0" * 24: {"tokens": 0, "usd": None}}
    again = admin.put("/ai/budgets", wanted, headers={"If-Match": first.headers["etag"]})
    assert again.json == first.json == admin.get("/ai/budgets").json
    stale = admin.put("/ai/budgets", {}, headers={"If-Match": before.headers["etag"]})
    assert stale.status == 412
    assert audit_log().count_documents({"actor_id": ObjectId(admin.id), "action": "ai_budgets.update"}) == 1
    assert admin.put("/ai/budgets", {}).json["per_user"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"platform": {"tokens": -1}},
        {"platform": {"tokens": 1.5}},
        {"platform": {"tokens": True}},
        {"platform": {"usd": -0.01}},
        {"platform": {"euros": 5}},
        {"users": {"no id": {"tokens": 1}}},
        {"users": {f"{n:024x}": {"tokens": 1} for n in range(1_001)}},
        {"everybody": {"tokens": 1}},
        [],
    ],
)
def test_what_is_no_budget_is_refused(api: Api, body: Any):
    assert api.person("admin").put("/ai/budgets", body).status == 422


def test_everybody_sees_their_own_usage(api: Api):
    person = api.person()
    spend(person.id, None, 300)
    spend(person.id, None, 200, "generate_quiz")
    asked(person, "POST", "/ai/generate-course", GENERATE, 202)
    found = asked(person, "GET", "/ai/usage")
    assert (found["scope"], found["id"], found["month"]) == ("user", person.id, clock.now().strftime("%Y-%m"))
    assert (found["calls"], found["input_tokens"], found["cost_usd"], found["jobs"]) == (2, 500, 1.0, 1)
    rows = {row["task"]: (row["input_tokens"], row["jobs"]) for row in found["by_task"]}
    assert rows["ask"] == (300, 0) and rows["generate_quiz"] == (200, 0) and rows["generate_course"] == (0, 1)
    assert [(row["day"], row["calls"]) for row in found["by_day"]] == [(clock.now().strftime("%Y-%m-%d"), 2)]
    assert [(row["model"], row["calls"]) for row in found["by_model"]] == [("gemini-2.5-flash", 2)]
    assert (found["budget"], found["left"]) == (None, None)


GENERATE = {"topic": "Python", "audience": "a", "difficulty": "beginner", "lesson_count": 1}


def test_what_is_left_is_told(api: Api):
    admin, person = api.person("admin"), api.person()
    asked(admin, "PUT", "/ai/budgets", {"per_user": {"tokens": 1_000, "usd": 2}})
    spend(person.id, None, 300)
    found = asked(person, "GET", "/ai/usage?scope=me")
    assert found["budget"] == {"tokens": 1_000, "usd": 2.0}
    assert found["left"] == {"tokens": 700, "usd": 1.5}
    assert asked(admin, "GET", f"/ai/usage?scope=user&id={person.id}")["left"] == found["left"]


def test_a_courses_usage_is_its_editors_to_see_and_the_platforms_an_admins(api: Api):
    teacher = api.person("instructor")
    course = taught(api, teacher, [QUESTION])
    learner = course.learner()
    spend(learner.id, course.id, 400)
    found = asked(teacher, "GET", f"/ai/usage?scope=course&id={course.id}")
    assert (found["scope"], found["id"], found["input_tokens"]) == ("course", course.id, 400)
    refused = [
        (learner, f"scope=course&id={course.id}", 403),
        (teacher, f"scope=user&id={learner.id}", 403),
        (teacher, "scope=platform", 403),
        (teacher, f"scope=course&id={'0' * 24}", 404),
        (teacher, "scope=course", 422),
        (teacher, f"scope=me&id={teacher.id}", 422),
        (teacher, "scope=galaxy", 422),
        (teacher, "month=2026-13", 422),
        (teacher, "month=9999-01", 422),
        (teacher, "month=1999-12", 422),
        (teacher, "scope=user&id=x", 422),
    ]
    for person, query, status in refused:
        asked(person, "GET", f"/ai/usage?{query}", status=status)
    assert asked(api.person("admin"), "GET", "/ai/usage?scope=platform")["input_tokens"] >= 400
    assert asked(teacher, "GET", "/ai/usage?month=2024-01")["calls"] == 0


def tasks(course: Any) -> dict[str, Any]:
    return {
        "generate_course": GENERATE,
        "enhance_content": {"lesson_id": course.lessons[0], "action": "shorten"},
        "generate_quiz": {"course_id": course.id, "lesson_ids": course.lessons, "count": 3},
        "analyze_performance": {"course_id": course.id},
        "ask": {"course_id": course.id, "question": "What is green?"},
    }


def test_without_a_model_every_task_is_free(api: Api):
    teacher = api.person("instructor")
    course = taught(api, teacher, [QUESTION])
    for task, request in tasks(course).items():
        found = asked(teacher, "POST", "/ai/estimate", {"task": task, "request": request})
        assert (found["task"], found["provider"], found["model"]) == (task, "grounded", None)
        assert (found["calls"], found["input_tokens"], found["output_tokens"], found["cost_usd"]) == (0, 0, 0, 0.0)
        assert found["basis"] and found["left"] == []


def test_an_estimate_refuses_what_the_task_would_refuse(api: Api):
    teacher, stranger = api.person("instructor"), api.person()
    course = taught(api, teacher, [QUESTION])

    def refused(person: Person, task: str, request: Any, status: int) -> Any:
        return asked(person, "POST", "/ai/estimate", {"task": task, "request": request}, status)

    found = refused(teacher, "generate_course", {**GENERATE, "lesson_count": 31}, 422)
    assert [row["pointer"] for row in found["errors"]] == ["/request/lesson_count"]
    assert [row["pointer"] for row in refused(teacher, "ask", {"course_id": course.id}, 422)["errors"]] == [
        "/request/question"
    ]
    for task in ("enhance_content", "generate_quiz", "analyze_performance", "ask"):
        refused(stranger, task, tasks(course)[task], 403)
    refused(teacher, "fly", {}, 422)
    refused(teacher, "ask", [], 422)
