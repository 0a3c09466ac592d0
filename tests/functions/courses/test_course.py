"""POST /courses; GET, PATCH, DELETE /courses/{id}."""

from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import NEW, audits_of, author, events_of, new_course, publish, seat
from tests.people import Api


def test_three_fields_make_a_draft_of_ones_own(api: Api):
    person = api.person()
    answer = person.post("/courses", NEW)
    assert answer.status == 201
    course = answer.json
    assert answer.headers["location"] == f"/courses/{course['id']}"
    assert answer.headers["etag"] == '"1-owner"'
    assert course | NEW == course
    assert (course["status"], course["owner_id"], course["role"]) == ("draft", person.id, "owner")
    assert (course["language"], course["time_zone"], course["description"]) == ("en", "UTC", "")
    assert (course["tags"], course["skills"], course["generated"]) == ([], [], None)
    assert (course["module_count"], course["lesson_count"], course["version"]) == (0, 0, 1)
    assert person.get(f"/courses/{course['id']}").json == course


def test_what_is_given_is_kept(api: Api):
    given = {
        **NEW,
        "description": "  as written <script>alert(1)</script>\n",
        "tags": ["python", "python", "first steps"],
        "skills": ["reading code"],
        "language": "pt-BR",
        "time_zone": "America/Argentina/Buenos_Aires",
    }
    course = api.person().post("/courses", given).json
    assert course | {**given, "tags": ["python", "first steps"]} == course


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "   "}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": {"$gt": ""}}, "/title"),
        ({"title": 7}, "/title"),
        ({"title": None}, "/title"),
        ({"audience": ["beginners"]}, "/audience"),
        ({"difficulty": "hard"}, "/difficulty"),
        ({"difficulty": {"$ne": None}}, "/difficulty"),
        ({"description": None}, "/description"),
        ({"description": "x" * 5_001}, "/description"),
        ({"tags": "python"}, "/tags"),
        ({"tags": ["t"] * 21}, "/tags"),
        ({"tags": [True]}, "/tags/0"),
        ({"skills": ["s"] * 51}, "/skills"),
        ({"skills": [{"$gt": ""}]}, "/skills/0"),
        ({"language": "English"}, "/language"),
        ({"language": "en\n"}, "/language"),
        ({"time_zone": "Mars/Olympus_Mons"}, "/time_zone"),
        ({"time_zone": "../../etc/passwd"}, "/time_zone"),
        ({"time_zone": "/etc/localtime"}, "/time_zone"),
        ({"time_zone": "America"}, "/time_zone"),
        ({"status": "published"}, "/status"),
        ({"owner_id": "0" * 24}, "/owner_id"),
        ({"title": "a\x00b"}, "/title"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(api: Api, change: dict[str, Any], pointer: str):
    person = api.person()
    path = f"/courses/{new_course(person)}"
    for answer in (person.post("/courses", {**NEW, **change}), person.patch(path, change)):
        assert answer.status == 422, answer.text
        assert answer.json["errors"][0]["pointer"] == pointer
    assert len(person.get("/courses?owner=me").json["items"]) == 1
    assert person.get(path).json["version"] == 1


@pytest.mark.parametrize("missing", ["title", "audience", "difficulty"])
def test_the_three_fields_are_needed(api: Api, missing: str):
    answer = api.person().post("/courses", {name: value for name, value in NEW.items() if name != missing})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, f"/{missing}")


def test_a_repeated_idempotency_key_makes_one_course(api: Api):
    person = api.person()
    first, second = (person.post("/courses", NEW, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status, second.status) == (201, 201)
    assert first.json == second.json
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]
    assert len(person.get("/courses?owner=me").json["items"]) == 1
    other = person.post("/courses", {**NEW, "title": "Other"}, headers={"Idempotency-Key": "k1"})
    assert (other.status, other.json["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


def test_a_change_touches_what_it_names(api: Api):
    person = api.person()
    before = person.get(f"/courses/{new_course(person, tags=['a'])}").json
    answer = person.patch(f"/courses/{before['id']}", {"title": "Changed", "skills": ["s"], "tags": []})
    assert answer.status == 200
    assert answer.headers["etag"] == '"2-owner"'
    changed = {
        "title": "Changed",
        "skills": ["s"],
        "tags": [],
        "version": 2,
        "updated_at": answer.json["updated_at"],
    }
    assert answer.json == {**before, **changed}
    assert person.get(f"/courses/{before['id']}").json == answer.json


def test_an_empty_change_is_refused(api: Api):
    person = api.person()
    assert person.patch(f"/courses/{new_course(person)}", {}).status == 422


def test_if_match_protects_a_newer_version(api: Api):
    person = api.person()
    path = f"/courses/{new_course(person)}"
    assert person.patch(path, {"title": "B"}, headers={"If-Match": '"1"'}).status == 200
    stale = person.patch(path, {"title": "C"}, headers={"If-Match": '"1"'})
    assert (stale.status, stale.json["code"]) == (412, "STALE_ETAG")
    assert person.delete(path, headers={"If-Match": '"1"'}).status == 412
    assert person.get(path).json["title"] == "B"
    assert person.delete(path, headers={"If-Match": '"2"'}).status == 204


def test_a_client_that_has_the_version_is_told_so(api: Api):
    person = api.person()
    made = person.post("/courses", NEW)
    path = made.headers["location"]
    answer = person.get(path, headers={"If-None-Match": made.headers["etag"]})
    assert (answer.status, answer.body) == (304, b"")
    changed = person.patch(path, {"title": "B"}, headers={"If-Match": made.headers["etag"]})
    assert person.get(path, headers={"If-None-Match": made.headers["etag"]}).status == 200
    assert person.get(path, headers={"If-None-Match": changed.headers["etag"]}).status == 304
    again = person.patch(path, {"title": "C"}, headers={"If-Match": f"W/{changed.headers['etag']}"})
    assert (again.status, again.json["version"]) == (200, 3)


def test_one_who_gets_a_seat_does_not_keep_what_readers_see(api: Api):
    course, person = author(api.person()), api.person()
    publish(course.id)
    paths = (course.path, f"{course.path}/outline")
    as_reader = {path: person.get(path) for path in paths}
    for path in paths:
        assert person.get(path, headers={"If-None-Match": as_reader[path].headers["etag"]}).status == 304
    seat(person, course.id, "learner")
    for path in paths:
        answer = person.get(path, headers={"If-None-Match": as_reader[path].headers["etag"]})
        assert answer.status == 200
        assert answer.json != as_reader[path].json


@pytest.mark.parametrize("tag", ["1", '"x"', '"-owner"', '"1-"', '"1 owner"', '"1-owner', '"1", "2"', '""'])
def test_what_is_no_version_matches_none(api: Api, tag: str):
    person = api.person()
    answer = person.patch(f"/courses/{new_course(person)}", {"title": "B"}, headers={"If-Match": tag})
    assert (answer.status, answer.json["code"]) == (412, "STALE_ETAG")


def test_a_deleted_course_is_gone_and_audited(api: Api):
    person = api.person()
    course = author(person)
    assert person.delete(course.path).status == 204
    for answer in (
        person.get(course.path),
        person.get(f"{course.path}/outline"),
        person.get(course.lesson_path),
        person.patch(course.path, {"title": "B"}),
        person.delete(course.path),
    ):
        assert answer.status == 404
    assert person.get("/courses?owner=me").json["items"] == []
    assert audits_of(course.id) == ["course.delete"]


def test_each_change_has_its_event(api: Api):
    person = api.person()
    course = new_course(person)
    person.patch(f"/courses/{course}", {"title": "B", "audience": "all"})
    person.patch(f"/courses/{course}", {"title": "C"}, headers={"If-Match": '"1"'})
    person.delete(f"/courses/{course}")
    events = events_of(course)
    assert [event["type"] for event in events] == ["course.created", "course.updated", "course.deleted"]
    assert {event["actor_id"] for event in events} == {ObjectId(person.id)}
    assert events[1]["data"]["fields"] == ["audience", "title"]


def test_a_draft_is_its_staffs_and_admins_alone(api: Api):
    owner, stranger, colleague, admin = api.person(), api.person("instructor"), api.person(), api.person("admin")
    course = new_course(owner)
    path = f"/courses/{course}"
    for answer in (stranger.get(path), stranger.patch(path, {"title": "B"}), stranger.delete(path)):
        assert (answer.status, answer.json["code"]) == (404, "NOT_FOUND")
    seat(colleague, course, "instructor")
    assert colleague.get(path).json["role"] == "instructor"
    assert colleague.patch(path, {"title": "B"}).status == 200
    assert colleague.delete(path).status == 403
    assert admin.get(path).json["role"] == "admin"


def test_a_published_course_is_everyones_to_see_and_its_editors_to_change(api: Api):
    owner, reader, assistant = api.person(), api.person(), api.person()
    course = new_course(owner)
    publish(course)
    seat(assistant, course, "assistant")
    path = f"/courses/{course}"
    assert reader.get(path).json["role"] == "reader"
    assert assistant.get(path).json["role"] == "assistant"
    for person in (reader, assistant):
        for answer in (person.patch(path, {"title": "B"}), person.delete(path)):
            assert (answer.status, answer.json["code"]) == (403, "FORBIDDEN")
    assert owner.get(path).json["version"] == 1


def test_what_an_admin_does_in_others_courses_is_audited(api: Api):
    owner, admin = api.person(), api.person("admin")
    course = new_course(owner)
    owner.patch(f"/courses/{course}", {"title": "B"})
    assert audits_of(course) == []
    assert admin.patch(f"/courses/{course}", {"title": "C"}).json["role"] == "admin"
    assert audits_of(course) == ["course.update"]


@pytest.mark.parametrize("id", ["0" * 24, "1", "x" * 24, "0" * 23 + "g", "$ne", "%7B%22$gt%22:%22%22%7D", "null"])
def test_no_such_course(api: Api, id: str):
    person = api.person()
    for suffix in ("", "/outline", "/lessons/" + "0" * 24):
        assert person.get(f"/courses/{id}{suffix}").status == 404
    assert person.patch(f"/courses/{id}", {"title": "B"}).status == 404
    assert person.delete(f"/courses/{id}").status == 404


def test_nothing_without_a_token(api: Api):
    assert api.anonymous.get("/courses").status == 401
    assert api.anonymous.post("/courses", NEW).status == 401
    assert api.anonymous.get(f"/courses/{new_course(api.person())}").status == 401
