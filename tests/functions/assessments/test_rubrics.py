"""GET, POST /courses/{id}/rubrics; GET, PATCH, DELETE /rubrics/{id}."""

import copy
from typing import Any

import pytest
from bson import ObjectId

from tests.functions.assessments.assigned import ARGUMENT, RUBRIC, STYLE, levels, new_assignment, new_rubric
from tests.functions.courses.authored import audits_of, events_of, seat
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Api


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def without_ids(criteria: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = copy.deepcopy(criteria)
    for part in [*rows, *(level for row in rows for level in row["levels"])]:
        part.pop("id", None)
        part.setdefault("description", "")
    return [{"ranged": False, **row} for row in rows]


def test_a_rubric_is_shown_as_it_was_made(course: Class):
    answer = course.owner.post(f"{course.path}/rubrics", RUBRIC)
    rubric = answer.json
    assert (answer.status, rubric["title"], rubric["points"], rubric["version"]) == (201, "Essay", 5.5, 1)
    assert without_ids(rubric["criteria"]) == without_ids(RUBRIC["criteria"])
    read = course.owner.get(answer.headers["location"])
    assert (read.json, read.headers["etag"]) == (rubric, answer.headers["etag"])
    other = new_rubric(course, title="Other")
    first = course.owner.get(f"{course.path}/rubrics?limit=1").json
    second = course.owner.get(f"{course.path}/rubrics?limit=1&cursor={first['next_cursor']}").json
    assert first["items"] + second["items"] == [rubric, other]
    [event] = events_of(rubric["id"])
    assert (event["type"], event["data"]) == ("rubric.created", {"course_id": ObjectId(course.id)})


def test_tenths_add_up(course: Class):
    criteria = [{"title": "C", "levels": levels(0.1, 0)}, {"title": "D", "levels": levels(0.2, 0)}]
    assert new_rubric(course, criteria=criteria)["points"] == 0.3


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"criteria": []}, "/criteria"),
        ({"criteria": None}, ""),
        ({"title": None}, ""),
        ({"copy_of": "0" * 24}, ""),
        ({"criteria": None, "copy_of": "0" * 24}, "/copy_of"),
        ({"criteria": [{"title": "C", "levels": levels(1)}]}, "/criteria/0/levels"),
        ({"criteria": [{"title": "C", "levels": levels(1, 1)}]}, "/criteria/0"),
        ({"criteria": [{"title": "C", "levels": levels(0, 1)}]}, "/criteria/0"),
        ({"criteria": [{"title": "C", "levels": levels(1, -1)}]}, "/criteria/0/levels/1/points"),
        ({"criteria": [{"title": "C", "levels": levels(0.00001, 0)}]}, "/criteria/0/levels/0/points"),
        ({"criteria": [{"id": "0" * 24, **STYLE}]}, "/criteria/0/id"),
    ],
)
def test_what_is_no_rubric_is_refused_with_its_place(course: Class, wrong: dict[str, Any], pointer: str):
    answer = course.owner.post(f"{course.path}/rubrics", {**RUBRIC, **wrong})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert course.owner.get(f"{course.path}/rubrics").json["items"] == []


def test_every_version_in_force_is_kept_with_the_ids_of_what_stays(course: Class):
    from lms.rubrics import rubrics

    rubric = new_rubric(course)
    argument, style = rubric["criteria"]
    argument["levels"].pop(1)
    changed = [{**argument, "title": "Reasons"}, {"title": "New", "levels": levels(3, 0)}]
    answer = course.owner.patch(f"/rubrics/{rubric['id']}", {"criteria": changed}, headers={"If-Match": '"1"'})
    assert (answer.status, answer.json["version"], answer.json["points"]) == (200, 2, 7)
    reasons, new = answer.json["criteria"]
    assert reasons == {**argument, "title": "Reasons"} and new["id"] not in (argument["id"], style["id"])
    stale = course.owner.patch(f"/rubrics/{rubric['id']}", {"title": "T"}, headers={"If-Match": '"1"'})
    assert stale.status == 412

    rubric_id = ObjectId(rubric["id"])
    first, second = (rubrics.pinned(None, rubric_id, version) for version in (1, 2))
    assert [row["title"] for row in first["criteria"]] == ["Argument", "Style"]
    assert (first["points"], second["points"]) == (5.5, 7)
    assert second["criteria"] == rubrics.latest(rubric_id)["criteria"]


def test_ids_stay_where_they_belong(course: Class):
    rubric = new_rubric(course)
    argument, style = rubric["criteria"]

    def pointers(*criteria: dict[str, Any]) -> list[str]:
        answer = course.owner.patch(f"/rubrics/{rubric['id']}", {"criteria": list(criteria)})
        assert answer.status == 422, answer.text
        return [row["pointer"] for row in answer.json["errors"]]

    assert pointers(argument, {**argument, "levels": levels(1, 0)}) == ["/criteria/1/id"]
    moved = {**style, "levels": [{**argument["levels"][0]}, style["levels"][1]]}
    assert pointers(moved) == ["/criteria/0/levels/0/id"]
    assert course.owner.get(f"/rubrics/{rubric['id']}").json == rubric


def test_a_rubric_is_copied_from_any_course_that_one_edits(api: Api, course: Class):
    rubric = new_rubric(course)
    colleague = open_class(api)
    stranger = colleague.owner.post(f"{colleague.path}/rubrics", {"copy_of": rubric["id"]})
    assert (stranger.status, stranger.json["errors"][0]["pointer"]) == (422, "/copy_of")
    seat(colleague.owner, course.id, "instructor")
    made = colleague.owner.post(f"{colleague.path}/rubrics", {"copy_of": rubric["id"]}).json
    assert {name: made[name] for name in ("title", "points", "criteria")} == {
        name: rubric[name] for name in ("title", "points", "criteria")
    }
    assert (made["version"], made["course_id"]) == (1, colleague.id) and made["id"] != rubric["id"]
    titled = colleague.owner.post(f"{colleague.path}/rubrics", {"copy_of": rubric["id"], "title": "Mine"})
    assert titled.json["title"] == "Mine"


def test_a_rubric_goes_once_nothing_uses_it(course: Class):
    rubric, other = new_rubric(course)["id"], new_rubric(course)["id"]
    used = [new_assignment(course, rubric_id=rubric) for _ in range(2)]
    refused = course.owner.delete(f"/rubrics/{rubric}")
    assert (refused.status, refused.json["code"]) == (409, "RUBRIC_IN_USE")
    assert refused.json["assignment_ids"] == [path.rpartition("/")[2] for path in used]
    changed = {"criteria": [ARGUMENT]}
    assert course.owner.patch(f"/rubrics/{rubric}", changed).status == 200
    assert course.owner.patch(used[0], {"rubric_id": other}).status == 200
    assert course.owner.delete(used[1]).status == 204
    assert course.owner.delete(f"/rubrics/{rubric}").status == 204
    assert course.owner.delete(f"/rubrics/{other}").json["code"] == "RUBRIC_IN_USE"
    assert course.owner.get(f"/rubrics/{rubric}").status == 404
    assert [row["id"] for row in course.owner.get(f"{course.path}/rubrics").json["items"]] == [other]
    assert audits_of(rubric) == ["rubric.delete"]


def test_rubrics_are_their_editors(api: Api, course: Class):
    rubric = new_rubric(course)["id"]
    assistant = api.person()
    seat(assistant, course.id, "assistant")
    for person in (course.learner(), assistant):
        assert person.get(f"{course.path}/rubrics").status == 403
        assert person.get(f"/rubrics/{rubric}").status == 403
