"""GET, PUT /courses/{id}/outline and the modules in it."""

from typing import Any

import pytest

from lms.courses.limits import MOST_MODULES
from tests.functions.courses.authored import Authored, audits_of, author, events_of, new_course, publish, seat
from tests.people import Api


def shape(modules: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [(module["id"], [lesson["id"] for lesson in module["lessons"]]) for module in modules]


def order(*modules: tuple[str, list[str]]) -> dict[str, Any]:
    return {"modules": [{"id": id, "lessons": [{"id": lesson} for lesson in lessons]} for id, lessons in modules]}


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def test_the_outline_shows_modules_and_lessons_in_order(course: Authored):
    answer = course.owner.get(f"{course.path}/outline")
    assert answer.status == 200
    assert answer.headers["etag"] == course.etag()
    assert [module["title"] for module in answer.json["modules"]] == ["One", "Two"]
    assert answer.json["modules"][0]["lessons"][0] == {
        "id": course.lessons[0],
        "title": "First",
        "minutes": 10,
        "objectives": [],
        "locked": False,
        "reason": None,
        "detail": None,
        "opens_at": None,
        "block_count": 0,
        "question_count": 0,
        "release": None,
        "completion": {"kind": "viewed"},
        "quiz_id": None,
    }


def test_a_reader_sees_the_titles_locked(api: Api, course: Authored):
    publish(course.id)
    reader, learner = api.person(), api.person()
    seat(learner, course.id, "learner")
    [first, second] = reader.get(f"{course.path}/outline").json["modules"][0]["lessons"]
    assert [(row["title"], row["locked"], row["reason"]) for row in (first, second)] == [
        ("First", True, "MEMBERS_ONLY"),
        ("Second", True, "MEMBERS_ONLY"),
    ]
    assert learner.get(f"{course.path}/outline").json == course.owner.get(f"{course.path}/outline").json


def test_what_get_shows_can_be_put_back_in_another_order(course: Authored):
    outline = course.owner.get(f"{course.path}/outline")
    [one, two] = outline.json["modules"]
    two["lessons"] = [one["lessons"].pop(), one["lessons"].pop()]
    answer = course.owner.put(
        f"{course.path}/outline", {"modules": [two, one]}, headers={"If-Match": outline.headers["etag"]}
    )
    assert answer.status == 200, answer.text
    assert shape(answer.json["modules"]) == [(course.modules[1], course.lessons[::-1]), (course.modules[0], [])]
    assert answer.json["modules"][0]["lessons"] == two["lessons"]
    assert answer.headers["etag"] == course.etag() != outline.headers["etag"]
    assert course.outline() == answer.json["modules"]
    assert events_of(course.id)[-1]["type"] == "outline.updated"


def test_reordering_changes_no_titles(course: Authored):
    modules = course.outline()
    modules[0]["title"] = modules[0]["lessons"][0]["title"] = "Elsewhere"
    course.owner.put(f"{course.path}/outline", {"modules": modules})
    assert course.outline()[0]["title"] == "One"
    assert course.outline()[0]["lessons"][0]["title"] == "First"


def test_the_order_must_name_everything_once(course: Authored):
    (one, two), (first, second), unknown = course.modules, course.lessons, "0" * 24
    for wrong, missing, extra, repeated in [
        (order((one, [first]), (two, [])), [("lesson", second)], [], []),
        (order((one, [first, second])), [("module", two)], [], []),
        (order((one, [first, second, unknown]), (two, [])), [], [("lesson", unknown)], []),
        (order((one, [first, second]), (two, []), (unknown, [])), [], [("module", unknown)], []),
        (order((one, [first, second]), (two, [first])), [], [], [("lesson", first)]),
        (order((one, [first, second]), (two, []), (two, [])), [], [], [("module", two)]),
        (order((first, [one, second]), (two, [])), [("lesson", first), ("module", one)], None, []),
        (order(), [("lesson", first), ("lesson", second), ("module", one), ("module", two)], [], []),
    ]:
        answer = course.owner.put(f"{course.path}/outline", wrong)
        assert (answer.status, answer.json["code"]) == (422, "OUTLINE_MISMATCH")
        told = {name: [(row["kind"], row["id"]) for row in answer.json[name]] for name in ("missing", "repeated")}
        assert told == {"missing": missing, "repeated": repeated}
        if extra is not None:
            assert [(row["kind"], row["id"]) for row in answer.json["unknown"]] == extra
    assert shape(course.outline()) == [(one, [first, second]), (two, [])]


def test_a_stale_order_is_refused(course: Authored):
    stale = course.etag()
    course.owner.patch(course.path, {"title": "B"})
    answer = course.owner.put(f"{course.path}/outline", {"modules": course.outline()}, headers={"If-Match": stale})
    assert answer.status == 412


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"modules": None},
        {"modules": {}},
        {"modules": [{"id": "x", "lessons": []}]},
        {"modules": [{"id": {"$gt": ""}, "lessons": []}]},
        {"modules": [{"id": "0" * 24}]},
        {"modules": [], "title": "T"},
        {"modules": [{"id": "0" * 24, "lessons": []}] * (MOST_MODULES + 1)},
    ],
)
def test_a_malformed_order_is_refused(course: Authored, body: dict[str, Any]):
    answer = course.owner.put(f"{course.path}/outline", body)
    assert (answer.status, answer.json["code"]) == (422, "INVALID")


def test_a_module_is_made_renamed_and_removed(api: Api):
    owner = api.person()
    course = new_course(owner)
    made = owner.post(f"/courses/{course}/modules", {"title": "One"})
    assert made.status == 201
    assert made.headers["etag"] == '"2"'
    assert made.json == {"id": made.json["id"], "title": "One", "lessons": []}
    path = f"/courses/{course}/modules/{made.json['id']}"
    assert made.headers["location"] == path
    renamed = owner.patch(path, {"title": "Uno"}, headers={"If-Match": '"2"'})
    assert (renamed.status, renamed.json["title"], renamed.headers["etag"]) == (200, "Uno", '"3"')
    assert owner.get(f"/courses/{course}/outline").json["modules"] == [renamed.json]
    assert owner.delete(path, headers={"If-Match": '"2"'}).status == 412
    assert owner.delete(path, headers={"If-Match": '"3"'}).status == 204
    assert owner.get(f"/courses/{course}/outline").json["modules"] == []
    assert (owner.delete(path).status, owner.patch(path, {"title": "B"}).status) == (404, 404)
    types = [event["type"] for event in events_of(made.json["id"])]
    assert types == ["module.created", "module.updated", "module.deleted"]
    assert audits_of(made.json["id"]) == ["module.delete"]


def test_a_module_with_lessons_stays(course: Authored):
    answer = course.owner.delete(f"{course.path}/modules/{course.modules[0]}")
    assert (answer.status, answer.json["code"]) == (409, "MODULE_NOT_EMPTY")
    assert len(course.outline()) == 2


def test_a_repeated_idempotency_key_makes_one_module(course: Authored):
    key = {"Idempotency-Key": "k1"}
    answers = [course.owner.post(f"{course.path}/modules", {"title": "Three"}, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(course.outline()) == 3


def test_a_course_has_a_most_of_modules(api: Api):
    owner = api.person()
    course = new_course(owner)
    for _ in range(MOST_MODULES):
        assert owner.post(f"/courses/{course}/modules", {"title": "M"}).status == 201
    answer = owner.post(f"/courses/{course}/modules", {"title": "M"})
    assert (answer.status, answer.json["code"]) == (409, "TOO_MANY_MODULES")


@pytest.mark.parametrize(
    "body", [{}, {"title": None}, {"title": ""}, {"title": {"$gt": ""}}, {"title": "A", "x": 1}]
)
def test_a_wrong_module_is_refused(course: Authored, body: dict[str, Any]):
    assert course.owner.post(f"{course.path}/modules", body).status == 422
    assert course.owner.patch(f"{course.path}/modules/{course.modules[0]}", body).status == 422


def test_another_courses_module_is_not_found(api: Api, course: Authored):
    other = author(course.owner)
    path = f"{course.path}/modules/{other.modules[1]}"
    assert course.owner.patch(path, {"title": "B"}).status == 404
    assert course.owner.delete(path).status == 404
    for id in ("x", "0" * 24, "%7B%7D"):
        assert course.owner.patch(f"{course.path}/modules/{id}", {"title": "B"}).status == 404


def test_others_change_no_outline(api: Api, course: Authored):
    stranger = api.person()
    calls = [
        lambda: stranger.put(f"{course.path}/outline", {"modules": []}),
        lambda: stranger.post(f"{course.path}/modules", {"title": "M"}),
        lambda: stranger.patch(f"{course.path}/modules/{course.modules[0]}", {"title": "M"}),
        lambda: stranger.delete(f"{course.path}/modules/{course.modules[1]}"),
    ]
    assert [call().status for call in calls] == [404] * 4
    publish(course.id)
    assert [call().status for call in calls] == [403] * 4
    assert [module["title"] for module in course.outline()] == ["One", "Two"]
