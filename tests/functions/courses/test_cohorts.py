"""GET, POST /courses/{id}/cohorts; PATCH, DELETE /courses/{id}/cohorts/{cohort_id}"""

from typing import Any

import pytest

from tests.functions.courses.authored import audits_of, events_of, seat
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Api


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def test_a_cohort_is_made_renamed_and_removed(course: Class):
    made = course.owner.post(f"{course.path}/cohorts", {"name": " Spring "})
    assert (made.status, made.json["name"], made.headers["etag"]) == (201, "Spring", '"1"')
    path = f"{course.path}/cohorts/{made.json['id']}"
    assert made.headers["location"] == path
    renamed = course.owner.patch(path, {"name": "Summer"}, headers={"If-Match": '"1"'})
    assert (renamed.status, renamed.json["name"], renamed.headers["etag"]) == (200, "Summer", '"2"')
    assert course.owner.get(f"{course.path}/cohorts").json == {"items": [renamed.json], "next_cursor": None}
    assert course.owner.patch(path, {"name": "Autumn"}, headers={"If-Match": '"1"'}).status == 412
    assert course.owner.delete(path, headers={"If-Match": '"1"'}).status == 412
    assert course.owner.delete(path).status == 204
    assert course.owner.delete(path).status == course.owner.patch(path, {"name": "A"}).status == 404
    types = [event["type"] for event in events_of(made.json["id"])]
    assert types == ["cohort.created", "cohort.updated", "cohort.deleted"]
    assert audits_of(made.json["id"]) == ["cohort.delete"]


def test_a_name_stands_once_in_a_course(api: Api, course: Class):
    course.cohort("A")
    other = course.cohort("B")
    for answer in (
        course.owner.post(f"{course.path}/cohorts", {"name": "A"}, headers={"Idempotency-Key": "k"}),
        course.owner.post(f"{course.path}/cohorts", {"name": "A"}),
        course.owner.patch(f"{course.path}/cohorts/{other}", {"name": "A"}),
    ):
        assert (answer.status, answer.json["code"]) == (409, "COHORT_NAME_TAKEN")
    assert open_class(api).cohort("A")


def test_a_repeated_idempotency_key_makes_one_cohort(course: Class):
    key = {"Idempotency-Key": "k1"}
    answers = [course.owner.post(f"{course.path}/cohorts", {"name": "A"}, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json


def test_removing_a_cohort_takes_it_from_its_learners(course: Class):
    cohort, other = course.cohort("A"), course.cohort("B")
    inside, outside = course.learner(), course.learner()
    course.put_into(cohort, inside)
    course.put_into(other, outside)
    assert course.owner.delete(f"{course.path}/cohorts/{cohort}").status == 204
    assert [course.row(person)["cohort_id"] for person in (inside, outside)] == [None, other]
    event = events_of(course.row(inside)["id"])[-1]
    assert (event["type"], event["data"]["fields"]) == ("enrollment.changed", ["cohort_id"])
    assert course.row(inside)["version"] == 3


def test_cohorts_are_paged(course: Class):
    made = [course.cohort(name) for name in "ABC"]
    first = course.owner.get(f"{course.path}/cohorts?limit=2").json
    second = course.owner.get(f"{course.path}/cohorts?limit=2&cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["items"] + second["items"]] == made
    assert second["next_cursor"] is None


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}, {"name": "a\nb"}, {"name": "A", "x": 1}])
def test_a_wrong_cohort_is_refused(course: Class, body: dict[str, Any]):
    cohort = course.cohort()
    assert course.owner.post(f"{course.path}/cohorts", body).status == 422
    assert course.owner.patch(f"{course.path}/cohorts/{cohort}", body).status == 422


def test_assistants_see_cohorts_and_editors_change_them(api: Api, course: Class):
    cohort, assistant, learner = course.cohort(), api.person(), course.learner()
    seat(assistant, course.id, "assistant")
    assert [row["id"] for row in assistant.get(f"{course.path}/cohorts").json["items"]] == [cohort]
    assert learner.get(f"{course.path}/cohorts").status == 403
    for person in (assistant, learner):
        assert person.post(f"{course.path}/cohorts", {"name": "B"}).status == 403
        assert person.patch(f"{course.path}/cohorts/{cohort}", {"name": "B"}).status == 403
        assert person.delete(f"{course.path}/cohorts/{cohort}").status == 403


def test_another_courses_cohort_is_not_found(api: Api, course: Class):
    other = open_class(api).cohort()
    assert course.owner.patch(f"{course.path}/cohorts/{other}", {"name": "B"}).status == 404
    assert course.owner.delete(f"{course.path}/cohorts/{other}").status == 404
