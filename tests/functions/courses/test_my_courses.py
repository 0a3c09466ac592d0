"""GET /users/me/courses"""

from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import author, new_course, publish, seat
from tests.functions.courses.learning import Learning, enrol, learning
from tests.functions.courses.test_course_queries import stages
from tests.mongo_commands import recorded
from tests.people import Api, Person


def mine(person: Person, query: str = "") -> list[dict[str, Any]]:
    answer = person.get(f"/users/me/courses{query}")
    assert answer.status == 200, answer.text
    return answer.json["items"]


@pytest.fixture
def here(api: Api) -> Learning:
    return learning(api)


def test_a_learner_sees_how_far_they_are_and_where_to_go_on(here: Learning):
    first, second = here.course.lessons
    here.complete(first)
    assert mine(here.learner) == [
        {
            "id": here.course.id,
            "title": "Introduction to Python",
            "status": "published",
            "role": "learner",
            "enrollment": "active",
            "starts_at": None,
            "ends_at": None,
            "percent": 50,
            "completed_at": None,
            "next_lesson": {"id": second, "title": "Second"},
        }
    ]
    here.complete(second)
    [row] = mine(here.learner)
    assert (row["percent"], row["next_lesson"]) == (100, None)
    assert row["completed_at"] == here.progress()["completed_at"]


def test_the_next_lesson_is_one_that_is_open(here: Learning):
    first, second = here.course.lessons
    here.set_rules(first, release={"match": "all", "conditions": [{"kind": "date", "at": "2099-01-01T00:00:00Z"}]})
    assert mine(here.learner)[0]["next_lesson"]["id"] == second


def test_staff_see_their_drafts_too_and_no_progress(api: Api, here: Learning):
    draft = new_course(here.course.owner)
    rows = mine(here.course.owner)
    assert [(row["id"], row["status"], row["role"], row["percent"]) for row in rows] == [
        (draft, "draft", "owner", None),
        (here.course.id, "published", "owner", None),
    ]
    assistant = api.person()
    seat(assistant, draft, "assistant")
    assert [(row["id"], row["role"], row["enrollment"]) for row in mine(assistant)] == [(draft, "assistant", None)]


def test_who_waits_is_told_and_who_has_left_has_nothing(api: Api, here: Learning):
    waits, left = api.person(), api.person()
    enrol(waits, here.course, status="waiting")
    enrol(left, here.course, status="withdrawn")
    [row] = mine(waits)
    assert (row["enrollment"], row["percent"], row["next_lesson"]) == ("waiting", None, None)
    assert mine(left) == []


def test_what_is_no_longer_published_or_is_deleted_is_gone(here: Learning):
    from lms.courses.repository import courses

    one = {"_id": ObjectId(here.course.id)}
    courses().update_one(one, {"$set": {"status": "draft"}})
    assert mine(here.learner) == []
    courses().update_one(one, {"$set": {"status": "published"}})
    assert here.course.owner.delete(here.course.path).status == 204
    assert mine(here.learner) == mine(here.course.owner) == []


def test_pages_of_courses_learned_and_taught(api: Api):
    person = api.person()
    expected = []
    for number in range(5):
        course = author(person if number % 2 else api.person())
        publish(course.id)
        if number % 2 == 0:
            enrol(person, course)
        expected.insert(0, course.id)
    seen, cursor = [], ""
    while True:
        with recorded() as log:
            page = person.get(f"/users/me/courses?limit=2{cursor}").json
        assert [command.name for command in log] == ["distinct", "aggregate"]
        assert not any(command.scans_a_collection for command in log)
        assert "SORT" not in stages(log[1].plan())
        seen += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == expected
