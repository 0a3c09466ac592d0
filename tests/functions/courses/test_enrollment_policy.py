"""GET, PUT /courses/{id}/enrollment-policy"""

from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import audits_of, events_of, new_course, publish
from tests.people import Api, Person

UNWRITTEN = {
    "mode": "invitation",
    "has_key": False,
    "seats": None,
    "taken": 0,
    "waiting_list": False,
    "opens_at": None,
    "closes_at": None,
}


@pytest.fixture
def owner(api: Api) -> Person:
    return api.person()


@pytest.fixture
def course(owner: Person) -> str:
    return new_course(owner)


def path(course: str) -> str:
    return f"/courses/{course}/enrollment-policy"


def test_a_new_course_is_by_invitation(api: Api, owner: Person, course: str):
    publish(course)
    for person in (owner, api.person()):
        answer = person.get(path(course))
        assert (answer.status, answer.json, answer.headers["etag"]) == (200, UNWRITTEN, '"0-0"')


def test_a_policy_is_set_and_shown_without_its_key(owner: Person, course: str):
    from lms.enrollment.repository import course_seats

    new = {
        "mode": "key",
        "key": "open sesame",
        "seats": 30,
        "waiting_list": True,
        "opens_at": "2026-01-31T09:00:00+01:00",
        "closes_at": "2026-03-01T00:00:00Z",
    }
    answer = owner.put(path(course), new, headers={"If-Match": '"0-0"'})
    assert answer.status == 200, answer.text
    assert answer.json == {
        **UNWRITTEN,
        **{name: new[name] for name in ("mode", "seats", "waiting_list")},
        "has_key": True,
        "opens_at": "2026-01-31T08:00:00.000Z",
        "closes_at": "2026-03-01T00:00:00.000Z",
    }
    read = owner.get(path(course))
    assert (read.json, read.headers["etag"]) == (answer.json, answer.headers["etag"])
    assert "sesame" not in str(course_seats().find_one({"_id": ObjectId(course)}))
    assert events_of(course)[-1]["type"] == "enrollment_policy.updated"


def test_null_keeps_the_key_and_the_mode_key_needs_one(owner: Person, course: str):
    refused = owner.put(path(course), {"mode": "key"})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/key")
    assert owner.get(path(course)).json == UNWRITTEN
    assert owner.put(path(course), {"mode": "key", "key": "sesame"}).status == 200
    again = owner.put(path(course), {"mode": "key", "key": None, "seats": 2})
    assert (again.status, again.json["has_key"], again.json["seats"]) == (200, True, 2)
    assert owner.put(path(course), {}).json == {**UNWRITTEN, "has_key": True}


def test_a_stale_policy_is_refused(owner: Person, course: str):
    assert owner.put(path(course), {"mode": "open"}, headers={"If-Match": '"0-0"'}).status == 200
    assert owner.put(path(course), {"mode": "open"}, headers={"If-Match": '"0-0"'}).status == 412


@pytest.mark.parametrize(
    "body",
    [
        {"mode": "closed"},
        {"key": ""},
        {"seats": -1},
        {"seats": "3"},
        {"seats": True},
        {"seats": 10_000_000},
        {"waiting_list": "yes"},
        {"waiting_list": 1},
        {"opens_at": "2026-01-31"},
        {"opens_at": "2026-01-31T09:00:00Z", "closes_at": "2026-01-31T09:00:00Z"},
        {"taken": 0},
    ],
)
def test_a_wrong_policy_is_refused(owner: Person, course: str, body: dict[str, Any]):
    answer = owner.put(path(course), body)
    assert (answer.status, answer.json["code"]) == (422, "INVALID")


def test_only_editors_set_it(api: Api, course: str):
    assert api.person().put(path(course), {"mode": "open"}).status == 404
    publish(course)
    assert api.person().put(path(course), {"mode": "open"}).status == 403


def test_what_an_admin_sets_is_audited(api: Api, course: str):
    assert api.person("admin").put(path(course), {"mode": "open"}).status == 200
    assert audits_of(course) == ["enrollment_policy.update"]
