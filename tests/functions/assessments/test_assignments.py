"""GET, POST /courses/{id}/assignments; GET, PATCH, DELETE /assignments/{id}; GET, PUT its overrides."""

from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from tests.at_once import endings
from tests.functions.assessments.assigned import (
    RUBRIC,
    new_assignment,
    new_rubric,
    owners_access,
    put_groups,
    taking,
)
from tests.functions.courses.authored import audits_of, events_of, seat
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Api, Person

AUTO = {"mode": "auto", "least_confidence": 0.8, "lowest_percent": 20, "highest_percent": 90}
FULL = {
    "title": "Leaves",
    "instructions": "Write *three* pages. <script>alert(1)</script>",
    "points": 12.5,
    "takes": ["text", "files", "code"],
    "language": "python",
    "file_types": ["application/pdf"],
    "most_files": 3,
    "opens_at": "2026-09-01T09:00:00.000Z",
    "due_at": "2026-09-10T09:00:00.000Z",
    "closes_at": "2026-09-20T09:00:00.000Z",
    "attempts": 2,
    "late_policy": {
        "percent": 10,
        "per": "day",
        "floor": 40,
        "grace_minutes": 5,
        "cut_off_at": "2026-09-15T09:00:00.000Z",
    },
    "blind": True,
    "peer_reviews": {"count": 2, "days": 7, "criteria": "rubric"},
    "ai_grading": {**AUTO, "sample_share": 0.25, "margin_percent": 15},
    "reference_answers": ["A leaf turns light into sugar."],
    "template": "Name: ",
    "similarity": {"enabled": True, "other_years": True},
    "release": "at_once",
    "appeal_days": 14,
}
LATER = "2026-10-01T09:00:00.000Z"


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def test_an_assignment_is_shown_as_it_was_made(course: Class):
    rubric = new_rubric(course)
    answer = course.owner.post(f"{course.path}/assignments", {**FULL, "rubric_id": rubric["id"]})
    assert answer.status == 201, answer.text
    made = answer.json
    assert {name: made[name] for name in FULL} == FULL
    assert (made["html"], made["ai_takes_part"]) == ("<p>Write <em>three</em> pages. </p>\n", True)
    assert (made["published"], made["released_at"], made["version"]) == (False, None, 1)
    shown = ("id", "title", "criteria", "points", "version")
    assert made["rubric"] == {name: rubric[name] for name in shown}
    read = course.owner.get(answer.headers["location"])
    assert (read.json, read.headers["etag"]) == (made, answer.headers["etag"])
    listed = course.owner.get(f"{course.path}/assignments").json["items"]
    assert listed == [{**made, "rubric": None}]
    assert [event["type"] for event in events_of(made["id"])] == ["assignment.created"]


def test_what_is_left_out_is_not_limited(course: Class):
    made = course.owner.post(f"{course.path}/assignments", {"title": "Exam"}).json
    none = ("language", "file_types", "group_set_id", "due_at", "attempts", "late_policy", "rubric", "peer_reviews")
    assert [made[name] for name in none] == [None] * len(none)
    assert (made["points"], made["takes"], made["release"], made["blind"]) == (100, ["text"], "manual", False)
    assert (made["ai_grading"]["mode"], made["ai_takes_part"], made["similarity"]["enabled"]) == (
        "off",
        False,
        False,
    )


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"due_at": "2026-08-31T09:00:00Z"}, "/due_at"),
        ({"closes_at": "2026-09-09T23:00:00Z"}, "/closes_at"),
        ({"late_policy": {"percent": 5, "cut_off_at": "2026-09-09T10:00:00Z"}}, "/late_policy/cut_off_at"),
        ({"points": 0}, "/points"),
        ({"points": 1.00001}, "/points"),
        ({"takes": ["video"]}, "/takes/0"),
        ({"language": None}, "/language"),
        ({"takes": ["text", "files"]}, "/language"),
        ({"takes": ["code"]}, "/file_types"),
        ({"file_types": ["application/x-msdownload"]}, "/file_types/0"),
        ({"rubric_id": None}, "/peer_reviews/criteria"),
        ({"rubric_id": "0" * 24}, "/rubric_id"),
        ({"blind": False, "group_set_id": "0" * 24}, "/group_set_id"),
        ({"group_set_id": "0" * 24}, "/blind"),
        ({"opens_at": None, "due_at": None, "closes_at": None, "late_policy": None}, "/peer_reviews"),
        ({"ai_grading": {"mode": "auto"}}, "/ai_grading/least_confidence"),
        ({"ai_grading": {**AUTO, "lowest_percent": None}}, "/ai_grading/lowest_percent"),
        ({"ai_grading": {**AUTO, "highest_percent": 19}}, "/ai_grading/highest_percent"),
        ({"ai_grading": {**AUTO, "least_confidence": 1.5}}, "/ai_grading/least_confidence"),
        ({"takes": [], "language": None, "file_types": None}, "/peer_reviews"),
        ({"takes": [], "language": None, "file_types": None, "peer_reviews": None}, "/ai_grading/mode"),
        (
            {"takes": [], "language": None, "file_types": None, "peer_reviews": None, "ai_grading": {}},
            "/similarity/enabled",
        ),
        ({"published": True}, "/published"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_with_their_place(
    course: Class, wrong: dict[str, Any], pointer: str
):
    new = {**FULL, "rubric_id": new_rubric(course)["id"], **wrong}
    answer = course.owner.post(f"{course.path}/assignments", new)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer), answer.text
    assert course.owner.get(f"{course.path}/assignments").json["items"] == []


def test_peers_may_comment_without_a_rubric(course: Class):
    reviews = {"count": 1, "days": 3, "criteria": "comments"}
    assert new_assignment(course, due_at=LATER, peer_reviews=reviews)


def test_the_rubric_is_of_the_same_course(api: Api, course: Class):
    theirs = open_class(api)
    rubric = new_rubric(theirs)["id"]
    answer = course.owner.post(f"{course.path}/assignments", {"title": "A", "rubric_id": rubric})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/rubric_id")
    path = new_assignment(course)
    assert course.owner.patch(path, {"rubric_id": rubric}).status == 422
    assert theirs.owner.delete(f"/rubrics/{rubric}").status == 204


def test_a_change_is_held_against_what_stays(course: Class):
    path = new_assignment(course, **{**FULL, "rubric_id": new_rubric(course)["id"]})
    tag = course.owner.get(path).headers["etag"]
    refused = course.owner.patch(path, {"rubric_id": None}, headers={"If-Match": tag})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/peer_reviews/criteria")
    changed = course.owner.patch(path, {"rubric_id": None, "peer_reviews": None}, headers={"If-Match": tag})
    assert (changed.status, changed.json["rubric"], changed.json["version"]) == (200, None, 3)
    assert course.owner.patch(path, {"title": "B"}, headers={"If-Match": tag}).status == 412
    assert course.owner.patch(path, {"title": None}).status == 422
    event = events_of(path.rpartition("/")[2])[-1]
    assert (event["type"], event["data"]["fields"]) == ("assignment.updated", ["peer_reviews", "rubric_id"])
    assert course.owner.patch(path, {"instructions": "New"}).status == 200
    assert events_of(path.rpartition("/")[2])[-1]["data"]["fields"] == ["instructions"], "as the client names them"
    assert course.owner.delete(path).status == 204
    assert course.owner.get(path).status == 404
    assert audits_of(path.rpartition("/")[2]) == ["assignment.delete"]


def test_learners_see_what_is_published_without_what_is_for_staff(api: Api, course: Class):
    learner, assistant = course.learner(), api.person()
    seat(assistant, course.id, "assistant")
    draft = course.owner.post(f"{course.path}/assignments", {"title": "Draft"}).json["id"]
    path = new_assignment(course, **{**FULL, "rubric_id": new_rubric(course)["id"]})
    assert learner.get(f"/assignments/{draft}").status == 404
    seen = learner.get(path)
    assert [row["id"] for row in learner.get(f"{course.path}/assignments").json["items"]] == [seen.json["id"]]
    assert len(assistant.get(f"{course.path}/assignments").json["items"]) == 2
    assert (seen.json["ai_takes_part"], seen.json["ai_grading"], seen.json["reference_answers"]) == (
        True,
        None,
        None,
    )
    assert "sugar" not in seen.text and "confidence" not in seen.text and "overrides" not in seen.json
    assert [row["title"] for row in seen.json["rubric"]["criteria"]] == ["Argument", "Style"]
    assert assistant.get(path).json["reference_answers"] == FULL["reference_answers"]
    assert learner.get(f"{path}/overrides").status == 403


def test_the_tag_follows_the_rubric(course: Class):
    rubric = new_rubric(course)["id"]
    path, learner = new_assignment(course, rubric_id=rubric), course.learner()
    tag = learner.get(path).headers["etag"]
    assert learner.get(path, headers={"If-None-Match": tag}).status == 304
    course.owner.patch(f"/rubrics/{rubric}", {"criteria": RUBRIC["criteria"][:1]})
    again = learner.get(path, headers={"If-None-Match": tag})
    assert (again.status, again.json["rubric"]["version"]) == (200, 2)


def dates_of(person: Person, course: Class, path: str) -> list[Any]:
    shown = person.get(path).json
    [listed] = person.get(f"{course.path}/assignments").json["items"]
    names = ("opens_at", "due_at", "closes_at", "attempts")
    assert [listed[name] for name in names] == [shown[name] for name in names]
    return [shown[name] for name in names]


def test_learner_beats_cohort_beats_course(course: Class):
    dates = {name: FULL[name] for name in ("opens_at", "due_at", "closes_at", "attempts")}
    path, cohort = new_assignment(course, **dates), course.cohort()
    plain, mate, special = (course.learner() for _ in range(3))
    for person in (mate, special):
        course.put_into(cohort, person)
    empty = course.owner.get(f"{path}/overrides")
    assert empty.json == {"overrides": []}
    overrides = [
        {"user_id": special.id, "attempts": 9},
        {"cohort_id": cohort, "closes_at": LATER, "attempts": None},
    ]
    tag = empty.headers["etag"]
    put = course.owner.put(f"{path}/overrides", {"overrides": overrides}, headers={"If-Match": tag})
    assert (put.status, put.json) == (200, {"overrides": overrides})
    assert course.owner.put(f"{path}/overrides", {"overrides": []}, headers={"If-Match": tag}).status == 412
    opens, due, closes = dates["opens_at"], dates["due_at"], dates["closes_at"]
    assert dates_of(plain, course, path) == [opens, due, closes, 2]
    assert dates_of(mate, course, path) == [opens, due, LATER, None]
    assert dates_of(special, course, path) == [opens, due, LATER, 9]


@pytest.mark.parametrize(
    ("override", "pointer"),
    [
        ({"user_id": "0" * 24, "attempts": 1}, "/overrides/0/user_id"),
        ({"user_id": "0" * 24, "due_at": "2026-08-01T09:00:00Z"}, "/overrides/0/due_at"),
        ({"user_id": "0" * 24, "time_limit_minutes": 30}, "/overrides/0/time_limit_minutes"),
        ({"user_id": "0" * 24}, "/overrides/0"),
    ],
)
def test_what_is_no_override_is_refused(course: Class, override: dict[str, Any], pointer: str):
    path = new_assignment(course, opens_at=FULL["opens_at"])
    answer = course.owner.put(f"{path}/overrides", {"overrides": [override]})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_change_of_dates_is_held_against_the_overrides(course: Class):
    path, learner = new_assignment(course, opens_at=FULL["opens_at"]), course.learner()
    override = {"user_id": learner.id, "due_at": FULL["due_at"]}
    assert course.owner.put(f"{path}/overrides", {"overrides": [override]}).status == 200
    answer = course.owner.patch(path, {"opens_at": LATER})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/overrides/0/due_at")


def test_in_a_group_the_latest_dates_of_the_members_hold(course: Class):
    slow, quick, alone = (course.learner() for _ in range(3))
    set_id = put_groups(course, [slow, quick])["id"]
    path = new_assignment(course, group_set_id=set_id, due_at=FULL["due_at"], closes_at=FULL["closes_at"])
    overrides = [{"user_id": slow.id, "due_at": "2026-09-12T09:00:00.000Z"}, {"user_id": quick.id, "attempts": 1}]
    course.owner.put(f"{path}/overrides", {"overrides": overrides})
    course.owner.patch(f"{course.enrollments}/{quick.id}", {"accommodations": {"time_factor": 1, "extra_days": 30}})
    together = [None, "2026-10-10T23:59:00.000Z", "2026-10-20T23:59:00.000Z", None]
    assert dates_of(slow, course, path) == dates_of(quick, course, path) == together
    assert dates_of(alone, course, path) == [None, FULL["due_at"], FULL["closes_at"], None]
    assert course.leave(quick).status == 204
    assert dates_of(slow, course, path)[1] == "2026-09-12T09:00:00.000Z"


def test_a_rubric_taken_while_it_is_deleted_is_taken_or_gone_and_never_both(course: Class):
    from lms.rubrics import rubrics
    from lms.rubrics.repository import rubrics as stored

    for _ in range(5):
        rubric = stored().find_one({"_id": ObjectId(new_rubric(course)["id"])})
        assert rubric
        delete = partial(rubrics.delete, owners_access(course, rubric), None)
        assert endings(taking(course, rubric_id=str(rubric["_id"])), delete).count("ok") == 1
