"""POST /courses/{id}/restore and /transfer."""

from typing import Any

import pytest

from tests.functions.courses.authored import Authored, audits_of, author, events_of, publish, seat
from tests.mongo_commands import recorded
from tests.people import Api, Person


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def test_a_deleted_course_comes_back_as_it_was(api: Api, course: Authored):
    publish(course.id)
    before, outline = course.owner.get(course.path).json, course.outline()
    course.owner.delete(course.path)
    assert course.owner.get(course.path).status == 404
    answer = course.owner.post(f"{course.path}/restore")
    assert answer.status == 200, answer.text
    changed = ("version", "updated_at")
    assert {k: v for k, v in answer.json.items() if k not in changed} == {
        k: v for k, v in before.items() if k not in changed
    }
    assert answer.headers["etag"] == course.etag()
    assert course.outline() == outline
    assert course.owner.get(course.lesson_path).status == 200
    assert api.person().get(course.path).status == 200
    assert events_of(course.id)[-1]["type"] == "course.restored"
    count = len(events_of(course.id))
    assert course.owner.post(f"{course.path}/restore").json == answer.json
    assert len(events_of(course.id)) == count


def test_an_admin_may_restore_and_is_audited(api: Api, course: Authored):
    course.owner.delete(course.path)
    answer = api.person("admin").post(f"{course.path}/restore")
    assert (answer.status, answer.json["role"]) == (200, "admin")
    assert audits_of(course.id) == ["course.delete", "course.restore"]


def test_nobody_else_learns_of_a_deleted_course(api: Api, course: Authored):
    publish(course.id)
    people = {role: api.person() for role in ("instructor", "assistant", "learner", "reader")}
    for role, person in people.items():
        if role != "reader":
            seat(person, course.id, role)
    course.owner.delete(course.path)
    for person in people.values():
        assert person.post(f"{course.path}/restore").status == 404
    for path in ("", "/outline"):
        assert course.owner.get(f"{course.path}{path}").status == 404
    assert course.owner.patch(course.path, {"title": "x"}).status == 404
    assert course.owner.post(f"{course.path}/transfer", {"user_id": people["reader"].id}).status == 404
    assert course.owner.post("/courses/" + "0" * 24 + "/restore").status == 404


def roles(course: Authored, *people: Person) -> list[Any]:
    return [person.get(course.path).json.get("role") for person in people]


def test_a_course_changes_hands(api: Api, course: Authored):
    heir, assistant = api.person(), api.person()
    seat(heir, course.id, "assistant")
    seat(assistant, course.id, "assistant")
    answer = course.owner.post(f"{course.path}/transfer", {"user_id": heir.id})
    assert answer.status == 200, answer.text
    assert (answer.json["owner_id"], answer.json["role"]) == (heir.id, "instructor")
    assert answer.headers["etag"] == course.etag()
    assert roles(course, course.owner, heir, assistant) == ["instructor", "owner", "assistant"]
    event = events_of(course.id)[-1]
    assert event["type"] == "course.transferred"
    assert [str(event["data"][name]) for name in ("former_owner_id", "owner_id")] == [course.owner.id, heir.id]
    assert audits_of(course.id) == ["course.transfer"]
    again = course.owner.post(f"{course.path}/transfer", {"user_id": course.owner.id})
    assert again.status == 403, "an instructor may not take it back"
    assert heir.post(f"{course.path}/transfer", {"user_id": course.owner.id}).status == 200
    assert roles(course, course.owner, heir, assistant) == ["owner", "instructor", "assistant"]


def test_a_transfer_to_the_owner_changes_nothing(course: Authored):
    version = course.version()
    answer = course.owner.post(f"{course.path}/transfer", {"user_id": course.owner.id})
    assert (answer.status, answer.json["role"], course.version()) == (200, "owner", version)


def test_an_admin_may_transfer(api: Api, course: Authored):
    heir = api.person()
    answer = api.person("admin").post(f"{course.path}/transfer", {"user_id": heir.id})
    assert (answer.status, answer.json["role"]) == (200, "admin")
    assert roles(course, heir, course.owner) == ["owner", "instructor"]


def test_a_stale_transfer_is_refused(api: Api, course: Authored):
    stale = course.etag()
    course.owner.patch(course.path, {"title": "Other"})
    heir = {"user_id": api.person().id}
    assert course.owner.post(f"{course.path}/transfer", heir, headers={"If-Match": stale}).status == 412
    assert course.owner.post(f"{course.path}/transfer", heir, headers={"If-Match": course.etag()}).status == 200


@pytest.mark.parametrize("user_id", ["0" * 24, "x", None, {"$ne": 1}, ""])
def test_it_takes_somebody_to_transfer_to(course: Authored, user_id: Any):
    answer = course.owner.post(f"{course.path}/transfer", {"user_id": user_id})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/user_id")
    assert roles(course, course.owner) == ["owner"]


def test_round_trips_of_a_restore_that_restores(course: Authored):
    course.owner.delete(course.path)
    with recorded() as log:
        assert course.owner.post(f"{course.path}/restore").status == 200
    assert [command.name for command in log] == ["aggregate", "findAndModify", "insert", "commitTransaction"]
    assert not any(command.scans_a_collection for command in log)
