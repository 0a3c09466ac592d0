"""GET, PUT /quizzes/{id}/overrides: other dates and limits for a cohort or a learner."""

from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import Authored, author, events_of
from tests.functions.courses.test_quizzes import FULL, learner_of, published
from tests.people import Api

NOBODY, COHORT = "0" * 24, "1" * 24
LATER = "2026-09-08T09:00:00.000Z"


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


@pytest.fixture
def path(course: Authored) -> str:
    return f"/quizzes/{published(course, **FULL)}"


def cohort_of(course: Authored) -> str:
    made = course.owner.post(f"{course.path}/cohorts", {"name": "Evening"})
    assert made.status == 201, made.text
    return str(made.json["id"])


def test_overrides_are_shown_as_they_were_put(api: Api, course: Authored, path: str):
    learner, cohort_id = learner_of(api, course), cohort_of(course)
    empty = course.owner.get(f"{path}/overrides")
    assert empty.json == {"overrides": []}
    overrides = [
        {"user_id": learner.id, "due_at": LATER, "closes_at": None},
        {"cohort_id": cohort_id, "time_limit_minutes": None, "attempts": 5},
    ]
    tag = empty.headers["etag"]
    answer = course.owner.put(f"{path}/overrides", {"overrides": overrides}, headers={"If-Match": tag})
    assert (answer.status, answer.json) == (200, {"overrides": overrides})
    read = course.owner.get(f"{path}/overrides")
    assert (read.json, read.headers["etag"]) == (answer.json, answer.headers["etag"])
    assert course.owner.put(f"{path}/overrides", {"overrides": []}, headers={"If-Match": tag}).status == 412
    assert course.owner.put(f"{path}/overrides", {"overrides": []}).json == {"overrides": []}
    last = events_of(path.rpartition("/")[2])[-1]
    assert (last["type"], last["data"]["fields"]) == ("quiz.updated", ["overrides"])


def test_learner_beats_cohort_beats_course(api: Api, course: Authored, path: str):
    other = learner_of(api, course)
    cohort_id = cohort_of(course)
    mate = learner_of(api, course, cohort_id=ObjectId(cohort_id))
    special = learner_of(api, course, cohort_id=ObjectId(cohort_id), accommodations={"time_factor": 2.0})
    tags = [person.get(path).headers["etag"] for person in (other, mate, special)]
    overrides = [
        {"user_id": special.id, "time_limit_minutes": 40},
        {"cohort_id": cohort_id, "time_limit_minutes": None, "closes_at": LATER, "attempts": 5},
    ]
    assert course.owner.put(f"{path}/overrides", {"overrides": overrides}).status == 200

    def window(person: Any) -> list[Any]:
        shown = person.get(path).json
        listed = person.get(f"{course.path}/quizzes").json["items"][0]
        assert listed == shown
        return [shown[name] for name in ("closes_at", "time_limit_minutes", "attempts")]

    assert window(other) == [FULL["closes_at"], 30, 2]
    assert window(mate) == [LATER, None, 5]
    assert window(special) == ["2026-09-08T09:40:00.000Z", 80, 5]
    assert course.owner.get(path).json["closes_at"] == FULL["closes_at"]
    again = [
        person.get(path, headers={"If-None-Match": tag}).status
        for person, tag in zip((other, mate, special), tags, strict=True)
    ]
    assert 304 not in again


@pytest.mark.parametrize(
    ("overrides", "pointer"),
    [
        ([{"user_id": NOBODY, "attempts": 1}] * 2, "/overrides/1/user_id"),
        ([{"cohort_id": COHORT, "attempts": 1}] * 2, "/overrides/1/cohort_id"),
        ([{"user_id": NOBODY, "due_at": "2026-08-01T09:00:00Z"}], "/overrides/0/due_at"),
        ([{"user_id": NOBODY, "opens_at": None, "closes_at": "2026-08-01T09:00:00Z"}], "/overrides/0/closes_at"),
        ([{"user_id": NOBODY, "attempts": 1}], "/overrides/0/user_id"),
        ([{"cohort_id": COHORT, "attempts": 1}], "/overrides/0/cohort_id"),
        ([{"user_id": NOBODY}], "/overrides/0"),
        ([{"attempts": 1}], "/overrides/0"),
        ([{"user_id": NOBODY, "cohort_id": COHORT, "attempts": 1}], "/overrides/0"),
        ([{"user_id": NOBODY, "attempts": 0}], "/overrides/0/attempts"),
        ([{"user_id": "x", "attempts": 1}], "/overrides/0/user_id"),
        ([{"user_id": None, "attempts": 1}], "/overrides/0/user_id"),
        ([{"user_id": f"{number:024x}", "attempts": 1} for number in range(1_001)], "/overrides"),
    ],
)
def test_what_is_no_override_is_refused_with_its_place(
    course: Authored, path: str, overrides: list[Any], pointer: str
):
    answer = course.owner.put(f"{path}/overrides", {"overrides": overrides})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert course.owner.get(f"{path}/overrides").json == {"overrides": []}


def test_an_override_is_for_the_courses_own_learners_and_cohorts(api: Api, course: Authored, path: str):
    other = author(api.person())
    for override in ({"cohort_id": cohort_of(other)}, {"user_id": learner_of(api, other).id}):
        answer = course.owner.put(f"{path}/overrides", {"overrides": [{**override, "attempts": 1}]})
        assert (answer.status, answer.json["errors"][0]["message"]) == (422, "is not of this course")


def test_what_stood_before_may_stay_when_its_cohort_is_gone(course: Authored, path: str):
    cohort_id = cohort_of(course)
    overrides = {"overrides": [{"cohort_id": cohort_id, "attempts": 1}]}
    assert course.owner.put(f"{path}/overrides", overrides).status == 200
    assert course.owner.delete(f"{course.path}/cohorts/{cohort_id}").status == 204
    assert course.owner.put(f"{path}/overrides", overrides).status == 200


def test_overrides_are_for_editors(api: Api, course: Authored, path: str):
    learner = learner_of(api, course)
    assert learner.get(f"{path}/overrides").status == 403
    assert learner.put(f"{path}/overrides", {"overrides": []}).status == 403
    assert "overrides" not in learner.get(path).json
