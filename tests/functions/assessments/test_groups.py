"""GET, PUT /courses/{id}/groups."""

from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from tests.at_once import endings
from tests.functions.assessments.assigned import new_assignment, owners_access, put_groups, taking
from tests.functions.courses.authored import events_of
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Answer, Api, Person


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def put(course: Class, *sets: dict[str, Any], **headers: str) -> Answer:
    return course.owner.put(f"{course.path}/groups", {"sets": list(sets)}, headers=headers)


def names(groups: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [(each["name"], [member["user_id"] for member in each["members"]]) for each in groups]


def test_groups_are_shown_as_they_were_put(course: Class):
    empty = course.owner.get(f"{course.path}/groups")
    assert (empty.json, empty.headers["etag"].split("-")[0]) == ({"sets": []}, '"0')
    people = [course.learner() for _ in range(3)]
    groups = [
        {"name": "A", "member_ids": [people[1].id, people[0].id]},
        {"name": "B", "member_ids": [people[2].id]},
    ]
    answer = put(course, {"name": "Projects", "groups": groups}, **{"If-Match": empty.headers["etag"]})
    assert answer.status == 200, answer.text
    [shown] = answer.json["sets"]
    assert shown["name"] == "Projects"
    assert names(shown["groups"]) == [("A", [people[1].id, people[0].id]), ("B", [people[2].id])]
    assert shown["groups"][1]["members"] == [{"user_id": people[2].id, "name": "Some Body"}]
    read = course.owner.get(f"{course.path}/groups")
    assert (read.json, read.headers["etag"]) == (answer.json, answer.headers["etag"])
    assert put(course, **{"If-Match": empty.headers["etag"]}).status == 412
    assert [event["type"] for event in events_of(course.id)][-1] == "groups.updated"


def test_sets_and_groups_keep_their_ids_by_these_or_by_their_names(course: Class):
    person = course.learner()
    before = put(course, {"name": "S", "groups": [{"name": "A"}, {"name": "B"}]}).json["sets"][0]
    renamed = [{"id": before["groups"][1]["id"], "name": "A"}, {"name": "B", "member_ids": [person.id]}]
    after = put(course, {"name": "S", "groups": renamed}).json["sets"][0]
    assert after["id"] == before["id"]
    assert after["groups"][0]["id"] == before["groups"][1]["id"]
    assert after["groups"][1]["id"] not in [each["id"] for each in before["groups"]]
    again = put(course, {"id": before["id"], "name": "T", "groups": [{"name": "B"}]}).json["sets"][0]
    assert (again["id"], again["groups"][0]["id"]) == (before["id"], after["groups"][1]["id"])


def test_nobody_is_in_two_groups_of_a_set_and_all_of_them_learn_here(api: Api, course: Class):
    learner, gone, stranger = course.learner(), course.learner(), api.person()
    assert course.leave(gone).status == 204
    before = put(course, {"name": "Kept"}).json

    def pointers(*sets: dict[str, Any]) -> list[str]:
        answer = put(course, *sets)
        assert answer.status == 422, answer.text
        return [row["pointer"] for row in answer.json["errors"]]

    def group(name: str, *people: Person) -> dict[str, Any]:
        return {"name": name, "member_ids": [each.id for each in people]}

    twice = {"name": "S", "groups": [group("A", learner), group("B", learner)]}
    assert pointers(twice) == ["/sets/0/groups/1/member_ids/0"]
    assert pointers({"name": "S", "groups": [group("A", learner, learner)]}) == ["/sets/0/groups/0/member_ids/1"]
    strangers = {"name": "S", "groups": [group("A", gone, learner, stranger, course.owner)]}
    assert pointers(strangers) == [f"/sets/0/groups/0/member_ids/{place}" for place in (0, 2, 3)]
    assert pointers({"name": "S"}, {"name": "S"}) == ["/sets/1/name"]
    assert pointers({"name": "S", "groups": [{"name": "A"}, {"name": "A"}]}) == ["/sets/0/groups/1/name"]
    assert pointers({"id": "0" * 24, "name": "S"}) == ["/sets/0/id"]
    foreign = {"name": "S", "groups": [{"id": before["sets"][0]["id"], "name": "A"}]}
    assert pointers(foreign) == ["/sets/0/groups/0/id"]
    assert course.owner.get(f"{course.path}/groups").json == before
    many = [f"{number:024x}" for number in range(20_001)]
    crowd = [{"name": f"{first}", "member_ids": many[first : first + 500]} for first in range(0, len(many), 500)]
    assert pointers({"name": "S", "groups": crowd}) == ["/sets"]
    both = [{"name": name, "groups": [group("A", learner)]} for name in ("S", "T")]
    assert put(course, *both).status == 200


def test_a_learner_sees_the_own_groups_alone(course: Class):
    mine, mate, other = (course.learner() for _ in range(3))
    put_groups(course, [mine, mate], [other])
    seen = mine.get(f"{course.path}/groups")
    assert names(seen.json["sets"][0]["groups"]) == [("Group 0", [mine.id, mate.id])]
    assert other.id not in seen.text
    assert course.learner().get(f"{course.path}/groups").json["sets"][0]["groups"] == []
    assert mine.put(f"{course.path}/groups", {"sets": []}).status == 403
    tags = {person.get(f"{course.path}/groups").headers["etag"] for person in (mine, other, course.owner)}
    assert len(tags) == 3


def test_an_assistant_limited_to_a_cohort_sees_its_groups(api: Api, course: Class):
    from lms.courses.repository import courses

    cohort, assistant = course.cohort(), api.person()
    inside, outside = course.learner(), course.learner()
    course.put_into(cohort, inside)
    put_groups(course, [inside], [outside])
    person = {"user_id": ObjectId(assistant.id), "role": "assistant", "cohort_ids": [ObjectId(cohort)]}
    courses().update_one({"_id": ObjectId(course.id)}, {"$push": {"staff": person}})
    [shown] = assistant.get(f"{course.path}/groups").json["sets"]
    assert names(shown["groups"]) == [("Group 0", [inside.id])]


def test_a_set_that_an_assignment_needs_stays(course: Class):
    set_id = put_groups(course, [course.learner()])["id"]
    path = new_assignment(course, group_set_id=set_id)
    refused = put(course)
    assert (refused.status, refused.json["code"]) == (409, "GROUP_SET_IN_USE")
    assert refused.json["assignment_ids"] == [path.rpartition("/")[2]]
    other = course.owner.patch(path, {"group_set_id": "0" * 24})
    assert (other.status, other.json["errors"][0]["pointer"]) == (422, "/group_set_id")
    assert course.owner.patch(path, {"blind": True}).json["errors"][0]["pointer"] == "/blind"
    assert put(course, {"id": set_id, "name": "Renamed"}).status == 200
    assert course.owner.delete(path).status == 204
    assert put(course).json == {"sets": []}


def test_a_set_taken_while_it_is_removed_is_taken_or_gone_and_never_both(course: Class):
    from lms.assignments import group_sets
    from lms.assignments.models.groups import GroupSetList

    for number in range(5):
        other = open_class(course.api) if number else course
        set_id = put_groups(other)["id"]
        remove = partial(group_sets.replace, owners_access(other), GroupSetList(sets=[]), None)
        assert endings(taking(other, group_set_id=set_id), remove).count("ok") == 1


def test_who_hands_in_together(course: Class):
    from lms.assignments import assignments, groups

    mine, mate, alone = (course.learner() for _ in range(3))
    shown = put_groups(course, [mine, mate])
    path = new_assignment(course, group_set_id=shown["id"])
    grouped = assignments.of(ObjectId(path.rpartition("/")[2]))
    found = groups.group_of(None, grouped, ObjectId(mate.id))
    assert found is not None
    assert (str(found["id"]), found["name"]) == (shown["groups"][0]["id"], "Group 0")
    assert found["member_ids"] == [ObjectId(mine.id), ObjectId(mate.id)]
    assert groups.group_of(None, grouped, ObjectId(alone.id)) is None
    single = assignments.of(ObjectId(new_assignment(course).rpartition("/")[2]))
    assert groups.group_of(None, single, ObjectId(mine.id)) is None
