"""A course's staff changes by one rule, which leaves the owner alone and loses nobody's change."""

from functools import partial

import pytest
from bson import ObjectId

from lms.permissions import CourseRole
from tests import at_once
from tests.functions.courses.authored import Authored, author
from tests.people import Api


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def put(
    course: Authored, user_id: ObjectId, role: CourseRole | None, cohort_ids: list[ObjectId] | None = None
) -> None:
    from lms import mongo
    from lms.courses.staff import set_staff

    by = ObjectId(course.owner.id)
    mongo.transaction(lambda tx: set_staff(tx, ObjectId(course.id), user_id, role, cohort_ids, by=by))


def staff(course: Authored) -> dict[ObjectId, str]:
    from lms.courses.repository import courses

    found = courses().find_one({"_id": ObjectId(course.id)})
    assert found
    people = {person["user_id"]: person["role"] for person in found["staff"]}
    assert len(people) == len(found["staff"])
    return people


def changes(course: Authored) -> list[tuple[str | None, str | None]]:
    from lms.events import events

    told = events().find({"type": "course.staff_changed", "subject_id": ObjectId(course.id)}).sort("_id")
    return [(row["data"]["former"], row["data"]["role"]) for row in told]


def test_a_person_comes_rises_and_goes(course: Authored):
    owner, person = ObjectId(course.owner.id), ObjectId()
    for role in (CourseRole.ASSISTANT, CourseRole.ASSISTANT, CourseRole.INSTRUCTOR):
        put(course, person, role)
        assert staff(course) == {owner: "owner", person: role}
    for _ in range(2):
        put(course, person, None)
        assert staff(course) == {owner: "owner"}
    assert changes(course) == [(None, "assistant"), ("assistant", "instructor"), ("instructor", None)]


@pytest.mark.parametrize("role", [CourseRole.INSTRUCTOR, CourseRole.ASSISTANT, None])
def test_the_owner_stays(course: Authored, role: CourseRole | None):
    from lms.errors import Conflict

    owner = ObjectId(course.owner.id)
    with pytest.raises(Conflict) as refused:
        put(course, owner, role)
    assert refused.value.code == "OWNER_STAYS"
    assert staff(course) == {owner: "owner"}


def test_a_course_that_is_gone_has_no_staff(course: Authored):
    from lms.errors import NotFound

    course.owner.delete(f"/courses/{course.id}")
    with pytest.raises(NotFound):
        put(course, ObjectId(), CourseRole.ASSISTANT)


def test_of_many_who_come_at_once_all_stay_and_each_once(course: Authored):
    people = [ObjectId() for _ in range(6)]
    at_once.results(*(partial(put, course, person, CourseRole.ASSISTANT) for person in [*people, *people]))
    assert staff(course) == {ObjectId(course.owner.id): "owner"} | dict.fromkeys(people, "assistant")
    assert len(changes(course)) == 6


def test_an_assistant_is_limited_to_cohorts(course: Authored):
    from lms.courses.repository import courses

    def limit() -> list[ObjectId] | None:
        found = courses().find_one({"_id": ObjectId(course.id)})
        assert found
        [row] = [row for row in found["staff"] if row["user_id"] == person]
        return row.get("cohort_ids")

    person, cohorts = ObjectId(), [ObjectId(), ObjectId()]
    put(course, person, CourseRole.ASSISTANT, cohorts)
    version = course.version()
    for same in (None, cohorts):
        put(course, person, CourseRole.ASSISTANT, same)
        assert (limit(), course.version()) == (cohorts, version)
    put(course, person, CourseRole.ASSISTANT, cohorts[:1])
    assert (limit(), course.version()) == (cohorts[:1], version + 1)
    put(course, person, CourseRole.ASSISTANT, [])
    assert limit() is None
    put(course, person, CourseRole.ASSISTANT, cohorts)
    put(course, person, CourseRole.INSTRUCTOR)
    assert limit() is None
    assert len(changes(course)) == 5


def test_a_staff_has_a_most_of_people(course: Authored):
    from lms.courses.repository import courses
    from lms.courses.staff import MOST_STAFF
    from lms.errors import Conflict

    rows = [{"user_id": ObjectId(), "role": "assistant"} for _ in range(MOST_STAFF - 1)]
    courses().update_one({"_id": ObjectId(course.id)}, {"$push": {"staff": {"$each": rows}}})
    with pytest.raises(Conflict) as refused:
        put(course, ObjectId(), CourseRole.ASSISTANT)
    assert refused.value.code == "TOO_MANY_STAFF"
    put(course, rows[0]["user_id"], CourseRole.INSTRUCTOR)
    put(course, rows[0]["user_id"], None)
    put(course, ObjectId(), CourseRole.ASSISTANT)
