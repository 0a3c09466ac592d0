"""GET, PATCH /courses/{id}/gradebook; PUT /courses/{id}/grading-scheme."""

from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from tests.at_once import endings
from tests.functions.assessments.assigned import new_assignment, owners_access, put_groups
from tests.functions.assessments.sitting import ESSAY, TRUE_FALSE, sitting
from tests.functions.assessments.submitting import handed_in, in_minutes
from tests.functions.assessments.test_grades import given
from tests.functions.assessments.test_submissions import assistant
from tests.functions.courses.authored import audits_of, events_of
from tests.functions.courses.enrolled import Class, open_class
from tests.mongo_commands import recorded
from tests.people import Answer, Api, Person

WORK = {"id": "work", "name": "Work", "weight": 60}
EXAM = {"id": "exam", "name": "Exam", "weight": 40}
ORAL = {"kind": "manual", "id": "oral", "title": "Oral exam", "points": 30, "category_id": "exam"}


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def change(course: Class, version: int | None = None, by: Person | None = None, **fields: Any) -> Answer:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return (by or course.owner).call("PATCH", f"{course.path}/gradebook", fields, headers)


def changed(course: Class, version: int | None = None, **fields: Any) -> dict[str, Any]:
    answer = change(course, version, **fields)
    assert answer.status == 200, answer.text
    return answer.json


def page(person: Person, course: Class, query: str = "") -> dict[str, Any]:
    answer = person.get(f"{course.path}/gradebook{query}")
    assert answer.status == 200, answer.text
    return answer.json


def row(person: Person, course: Class, learner: Person, query: str = "") -> dict[str, Any]:
    """With cells by the titles of their columns."""
    found = page(person, course, query)
    [own] = [each for each in found["items"] if each["user_id"] == learner.id]
    titles = [column["title"] for column in found["columns"]]
    return {**own, "cells": dict(zip(titles, own["cells"], strict=True))}


def pointers(answer: Answer, status: int = 422) -> list[str]:
    assert answer.status == status, answer.text
    return [error["pointer"] for error in answer.json["errors"]]


def cell(learner: Person, score: float | None, version: int = 0, **rest: Any) -> dict[str, Any]:
    return {"user_id": learner.id, "column_id": "oral", "version": version, "score": score, **rest}


def ref(path: str) -> str:
    return path.rpartition("/")[2]


def placed(path: str, category_id: str | None = "work", **rest: Any) -> dict[str, Any]:
    return {"kind": "assignment", "id": ref(path), "category_id": category_id, **rest}


def test_categories_drops_and_what_is_entered_by_hand_make_the_grade(course: Class):
    paths = [new_assignment(course, title=title, points=10) for title in "ABC"]
    learner = course.learner()
    for path, points in zip(paths, (4, 9, 8), strict=True):
        given(course.owner, path, learner.id, points=points)
    columns = [*(placed(path) for path in paths), ORAL]
    after = changed(course, 0, categories=[{**WORK, "drop_lowest": 1}, EXAM], columns=columns)
    assert (after["version"], [column["title"] for column in after["columns"]]) == (1, ["A", "B", "C", "Oral exam"])
    before = row(course.owner, course, learner)
    tag = {"If-None-Match": course.owner.get(f"{course.path}/gradebook").headers["etag"]}
    assert course.owner.get(f"{course.path}/gradebook", headers=tag).status == 304
    assert (before["running"], before["cells"]["Oral exam"]) == ({"percent": 85.0, "letter": "B"}, None)

    entered = changed(course, cells=[cell(learner, 24)])
    assert (entered["version"], entered["cells"][0]["version"], entered["cells"][0]["score"]) == (1, 1, 24)
    assert course.owner.get(f"{course.path}/gradebook", headers=tag).status == 200
    seen = row(course.owner, course, learner, f"?learner={learner.id}")
    assert seen["final"] == {"percent": 83.0, "letter": "B"}, "85 × 0.6 + 80 × 0.4"
    assert seen["cells"]["A"]["score"] == 4 and seen["cells"]["A"]["version"] == 1
    assert "Dropped from “Work”: “A” 4 of 10" in " ".join(seen["derivation"]["final"])
    assert (seen["history"][0]["before"], seen["history"][0]["after"]["score"]) == (None, 24)
    assert row(course.owner, course, learner)["derivation"] is None


def test_in_a_course_that_has_set_nothing_all_published_work_counts_by_points(course: Class):
    learner = course.learner()
    first, second = new_assignment(course, points=10), new_assignment(course, points=30)
    given(course.owner, first, learner.id, points=10)
    given(course.owner, second, learner.id, points=15)
    hidden = course.owner.post(f"{course.path}/assignments", {"title": "Hidden", "points": 50}).json["id"]
    given(course.owner, f"/assignments/{hidden}", learner.id, points=0)
    found = page(course.owner, course)
    assert [column["published"] for column in found["columns"]] == [True, True, False]
    assert found["items"][0]["cells"][2]["score"] == 0
    assert (found["version"], found["items"][0]["final"]["percent"]) == (0, 62.5)
    assert course.owner.delete(second).status == 204
    left = page(course.owner, course)
    assert (len(left["columns"]), left["items"][0]["final"]["percent"]) == (2, 100)


def test_late_excused_waiting_and_missing_are_told_apart(course: Class):
    late = {"percent": 10, "per": "hour"}
    path = new_assignment(course, title="A", points=10, due_at=in_minutes(-30), late_policy=late)
    other = new_assignment(course, title="B", points=10)
    changed(course, 0, missing="zero", categories=[WORK], columns=[placed(path), placed(other)])
    graded, waits, missing, excused = (course.learner() for _ in range(4))
    handed_in(graded, path, text="x")
    given(course.owner, path, graded.id, points=8)
    handed_in(waits, path, text="x")
    given(course.owner, path, excused.id, excused=True)
    first = row(course.owner, course, graded)
    assert first["cells"]["A"]["late"] and first["cells"]["A"]["penalty"] == 1
    assert (first["cells"]["A"]["score"], first["running"]["percent"], first["final"]["percent"]) == (7, 70, 35)
    assert first["cells"]["A"]["released"] is False
    second = row(course.owner, course, waits)
    assert (second["cells"]["A"]["submitted"], second["cells"]["A"]["overdue"]) == (True, False)
    assert second["running"]["percent"] is None
    third = row(course.owner, course, missing)
    assert (third["cells"]["A"]["overdue"], third["cells"]["B"]) == (True, None)
    assert (third["running"], third["final"]["percent"]) == ({"percent": 0, "letter": "F"}, 0)
    assert row(course.owner, course, excused)["cells"]["A"]["excused"] is True
    override = {"user_id": missing.id, "due_at": in_minutes(5)}
    assert course.owner.put(f"{path}/overrides", {"overrides": [override]}).status == 200
    assert row(course.owner, course, missing)["cells"]["A"] is None


def test_a_group_is_late_by_its_latest_member(course: Class):
    alone, *members = (course.learner() for _ in range(3))
    groups = put_groups(course, members)
    path = new_assignment(course, title="A", group_set_id=groups["id"], due_at=in_minutes(-30))
    assert row(course.owner, course, members[0])["cells"]["A"]["overdue"]
    override = {"user_id": members[1].id, "due_at": in_minutes(5)}
    assert course.owner.put(f"{path}/overrides", {"overrides": [override]}).status == 200
    assert row(course.owner, course, members[0])["cells"]["A"] is None
    assert row(course.owner, course, members[0], f"?learner={members[0].id}")["cells"]["A"] is None
    assert row(course.owner, course, alone)["cells"]["A"]["overdue"]
    assert course.leave(members[1]).status == 204
    assert row(course.owner, course, members[0])["cells"]["A"]["overdue"]


def test_each_learner_of_a_page_is_late_by_their_own_dates(course: Class):
    plain, own, mate, slow = (course.learner() for _ in range(4))
    course.put_into(cohort := course.cohort(), mate)
    extra = {"accommodations": {"extra_days": 3}}
    assert course.owner.patch(f"{course.enrollments}/{slow.id}", extra).status == 200
    path = new_assignment(course, due_at=in_minutes(-5))
    overrides = [{"user_id": own.id, "due_at": in_minutes(5)}, {"cohort_id": cohort, "due_at": in_minutes(5)}]
    assert course.owner.put(f"{path}/overrides", {"overrides": overrides}).status == 200
    found = {each["user_id"]: each["cells"][0] for each in page(course.owner, course)["items"]}
    assert [bool(found[each.id]) for each in (plain, own, mate, slow)] == [True, False, False, False]


def test_blind_work_is_joined_to_names_only_once_it_is_released(course: Class):
    learner = course.learner()
    changed(course, 0, missing="zero")
    path = new_assignment(course, title="A", points=10, blind=True, due_at=in_minutes(-5))
    pseudonym = course.owner.get(f"{path}/grades").json["items"][0]["user_id"]
    given(course.owner, path, pseudonym, points=7)
    found = page(course.owner, course)
    assert (found["columns"][0]["blind"], found["items"][0]["cells"]) == (True, [None])
    assert found["items"][0]["final"]["percent"] is None
    assert course.owner.post(f"{path}/release", {}).status == 200
    seen = row(course.owner, course, learner)
    assert (seen["cells"]["A"]["score"], seen["final"]["percent"]) == (7, 70)


def test_a_learner_sees_the_own_row_of_what_is_released(course: Class):
    learner, other = course.learner(), course.learner()
    seen, held = (new_assignment(course, title=title, points=10) for title in "AB")
    hidden = course.owner.post(f"{course.path}/assignments", {"title": "Hidden"}).json["id"]
    for path in (seen, held):
        given(course.owner, path, learner.id, points=9)
        given(course.owner, path, other.id, points=9)
    assert course.owner.post(f"{seen}/release", {}).status == 200
    assert course.owner.patch(f"/assignments/{hidden}", {"title": "Hidden!"}).status == 200
    given(course.owner, held, learner.id, 1, points=2)
    found = page(learner, course)
    assert [column["title"] for column in found["columns"]] == ["A", "B"]
    [own] = found["items"]
    assert (own["user_id"], own["final"]["percent"]) == (learner.id, 90)
    assert (own["cells"][1]["score"], own["cells"][1]["submitted"], own["cells"][1]["version"]) == (None, True, 0)
    assert "handed in and not graded yet" in own["derivation"]["final"][0]
    assert page(learner, course, f"?learner={learner.id}") == found
    assert learner.get(f"{course.path}/gradebook?learner={other.id}").status == 404
    assert course.api.person().get(f"{course.path}/gradebook").status == 403
    assert change(course, by=learner, cells=[]).status == 403


def test_an_assistant_of_cohorts_sees_these_alone(course: Class):
    inside, outside = course.learner(), course.learner()
    cohort = course.cohort()
    course.put_into(cohort, inside)
    limited = assistant(course, cohort)
    assert [each["user_id"] for each in page(limited, course)["items"]] == [inside.id]
    assert limited.get(f"{course.path}/gradebook?learner={outside.id}").status == 404
    assert change(course, by=limited, cells=[cell(inside, 1)]).status == 403


def test_pages_send_the_columns_once_and_again_when_they_change(course: Class):
    learners = [course.learner() for _ in range(3)]
    new_assignment(course)
    first = page(course.owner, course, "?limit=1")
    second = page(course.owner, course, f"?limit=1&cursor={first['next_cursor']}")
    assert first["columns"] and second["columns"] is second["categories"] is second["bands"] is None
    assert second["columns_version"] == first["columns_version"]
    new_assignment(course, title="Another")
    third = page(course.owner, course, f"?limit=1&cursor={second['next_cursor']}")
    assert len(third["columns"]) == 2 and third["next_cursor"] is None
    changed(course, 0, missing="zero")
    again = page(course.owner, course, f"?limit=1&cursor={second['next_cursor']}")
    assert (again["missing"], again["columns"]) == ("zero", third["columns"])
    ids = [each["items"][0]["user_id"] for each in (first, second, third)]
    assert ids == [each.id for each in learners]
    assert course.owner.get(f"{course.path}/gradebook?cursor=WzFd").status == 422


def test_a_page_of_a_large_gradebook_is_two_round_trips_after_the_access(course: Class):
    from lms.assignments.repository import assignments
    from lms.grades.repository import grades

    learners = [course.learner() for _ in range(5)]
    template = assignments().find_one({"_id": ObjectId(ref(new_assignment(course)))})
    grade = given(course.owner, new_assignment(course), learners[0].id, points=1)
    kept = grades().find_one({"assignment_id": ObjectId(grade["assignment_id"])})
    ids = [ObjectId() for _ in range(60)]
    assignments().insert_many([{**template, "_id": _id} for _id in ids])
    pairs = [(_id, ObjectId(each.id)) for _id in ids for each in learners]
    grades().insert_many([{**kept, "_id": ObjectId(), "assignment_id": a, "user_id": u} for a, u in pairs])
    with recorded() as log:
        found = page(course.owner, course, "?limit=100")
    assert len(found["columns"]) == 62 and all(each["cells"][61] for each in found["items"])
    assert [command.name for command in log] == ["aggregate"] * 3
    assert not any(command.scans_a_collection for command in log)


def test_settings_build_on_a_version_and_what_does_not_fit_is_named(course: Class):
    path = new_assignment(course)
    assert change(course, categories=[WORK]).status == 428
    tag = course.owner.get(f"{course.path}/gradebook").headers["etag"]
    headers = {"If-Match": tag}
    assert course.owner.call("PATCH", f"{course.path}/gradebook", {"categories": [WORK]}, headers).status == 200
    assert change(course, 0, categories=[WORK]).json["code"] == "STALE_ETAG"
    assert pointers(change(course, 1, columns=[placed(path, "gone")])) == ["/columns/0/category_id"]
    assert pointers(change(course, 1, columns=[placed(path), placed("/x/" + "0" * 24)])) == ["/columns/1/id"]
    assert pointers(change(course, 1, columns=[{**ORAL, "id": ref(path), "category_id": "work"}])) == [
        "/columns/0/id"
    ]
    assert changed(course, 1, categories=[])["columns"][0]["category_id"] is None


def test_a_category_that_a_column_is_in_stays(course: Class):
    changed(course, 0, categories=[WORK, EXAM], columns=[ORAL])
    assert pointers(change(course, 1, categories=[WORK])) == ["/columns/0/category_id"]
    assert page(course.owner, course)["version"] == 1
    renamed = changed(course, 1, columns=[{**ORAL, "title": "Viva"}], why="As the rules call it")
    assert renamed["columns"][0]["title"] == "Viva"
    told = [event["type"] for event in events_of(course.id) if event["type"].startswith("gradebook")]
    assert told == ["gradebook.updated", "gradebook.updated"]


def test_a_column_comes_back_with_what_was_entered(course: Class):
    learner = course.learner()
    changed(course, 0, categories=[EXAM], columns=[ORAL], cells=[cell(learner, 20)])
    assert changed(course, 1, columns=[])["columns"] == []
    assert change(course, cells=[cell(learner, 1, 1)]).status == 422
    changed(course, 2, columns=[ORAL])
    assert row(course.owner, course, learner)["cells"]["Oral exam"]["score"] == 20


def test_what_is_taken_back_after_the_due_date_is_missing(course: Class):
    learner = course.learner()
    due = {**ORAL, "due_at": in_minutes(-5)}
    changed(course, 0, missing="zero", categories=[EXAM], columns=[due], cells=[cell(learner, 24)])
    assert row(course.owner, course, learner)["running"]["percent"] == 80
    [taken] = changed(course, cells=[cell(learner, None, 1)], why="Was another's")["cells"]
    assert (taken["submitted"], taken["version"]) == (False, 2)
    seen = row(course.owner, course, learner, f"?learner={learner.id}")
    assert (seen["cells"]["Oral exam"]["overdue"], seen["running"]["percent"]) == (True, 0)
    first, second = seen["history"]
    assert (second["before"], second["why"]) == (first["after"], "Was another's")


def test_what_is_entered_is_told_and_stands_in_the_audit_log(course: Class):
    from lms.events import events

    learner = course.learner()
    changed(course, 0, categories=[EXAM], columns=[ORAL], cells=[cell(learner, 24)])
    told = events().find_one({"type": "gradebook.entered", "data.course_id": ObjectId(course.id)})
    assert told and [str(told["data"]["user_id"]), told["data"]["score"]] == [learner.id, 24]
    assert audits_of(course.id)[-2:] == ["gradebook.updated", "gradebook.entered"]


def test_cells_build_on_versions_and_all_or_none_are_written(course: Class):
    first, second = course.learner(), course.learner()
    changed(course, 0, categories=[EXAM], columns=[ORAL], cells=[cell(first, 20)])
    stale = change(course, cells=[cell(second, 10), cell(first, 5), cell(first, 5, 1)])
    assert pointers(stale) == ["/cells/2"], "named before"
    stale = change(course, cells=[cell(second, 10), cell(first, 5)])
    assert (stale.json["code"], pointers(stale, 412)) == ("STALE_CELL", ["/cells/1/version"])
    assert "version 1" in stale.json["errors"][0]["message"]
    assert row(course.owner, course, second)["cells"]["Oral exam"] is None
    stranger = course.api.person()
    assert pointers(change(course, cells=[cell(stranger, 1)])) == ["/cells/0/user_id"]
    assert pointers(change(course, cells=[{**cell(first, 1), "column_id": "x"}])) == ["/cells/0/column_id"]
    assert pointers(change(course, cells=[cell(first, 1, 1, excused=True)])) == ["/cells/0"]
    excused = changed(course, cells=[cell(first, None, 1, excused=True)])["cells"][0]
    assert (excused["excused"], excused["version"]) == (True, 2)


def test_an_override_stands_beside_the_computed_grade_with_its_reason(course: Class):
    learner = course.learner()
    path = new_assignment(course, points=10)
    given(course.owner, path, learner.id, points=5)
    override = {"user_id": learner.id, "version": 0, "percent": 92.5, "why": "Appeal of 3 May"}
    assert changed(course, overrides=[override])["overrides"][0]["version"] == 1
    assert pointers(change(course, overrides=[override]), 412) == ["/overrides/0/version"]
    seen = row(course.owner, course, learner, f"?learner={learner.id}")
    assert (seen["final"]["percent"], seen["letter"], seen["override"]["percent"]) == (50, "A", 92.5)
    assert "Appeal of 3 May" in seen["derivation"]["override"][0]
    assert (seen["history"][0]["why"], seen["history"][0]["by"]) == ("Appeal of 3 May", course.owner.id)
    changed(course, overrides=[{**override, "version": 1, "percent": None, "why": "Withdrawn"}])
    assert row(course.owner, course, learner)["letter"] == "F"
    assert change(course, overrides=[{**override, "why": ""}]).status == 422


def test_of_two_graders_at_once_one_is_told(course: Class):
    from lms.gradebook import changing
    from lms.gradebook.models.change import GradebookChange

    learner, access = course.learner(), owners_access(course)
    changed(course, 0, categories=[EXAM], columns=[ORAL])
    bodies = [GradebookChange.model_validate({"cells": [cell(learner, score)]}) for score in (1, 2, 3)]
    assert sorted(endings(*(partial(changing.change, access, body, None) for body in bodies))) == [
        "STALE_CELL",
        "STALE_CELL",
        "ok",
    ]
    history = row(course.owner, course, learner, f"?learner={learner.id}")["history"]
    assert len(history) == 1


def test_bands_begin_with_their_least(course: Class):
    learner = course.learner()
    path = new_assignment(course, points=200)
    given(course.owner, path, learner.id, points=99.99)
    scheme = [{"label": "Pass", "least": 50}, {"label": "Fail", "least": 0}]
    url = f"{course.path}/grading-scheme"
    assert course.owner.put(url, {"bands": scheme}).status == 428
    saved = course.owner.put(url, {"bands": scheme}, headers={"If-Match": '"0"'})
    assert (saved.status, saved.json) == (200, {"bands": scheme, "version": 1})
    assert saved.headers["etag"] == '"1"'
    assert row(course.owner, course, learner)["final"] == {"percent": 50.0, "letter": "Pass"}, "49.995, half up"
    assert course.owner.put(url, {"bands": scheme}, headers={"If-Match": '"0"'}).status == 412
    wrong = course.owner.put(url, {"bands": scheme[::-1]}, headers={"If-Match": '"1"'})
    assert pointers(wrong) == ["/bands/1/least", "/bands/1/least"]
    assert page(course.owner, course)["bands"] == scheme


def test_a_quiz_counts_by_its_result_and_to_its_learner_once_that_is_released(api: Api):
    quiz = sitting(api, TRUE_FALSE, ESSAY, feedback_release="after_close", closes_at=in_minutes(60))
    course = Class(api, quiz.owner, quiz.course_id)
    waits = quiz.another_learner()
    quiz.taken({"1": True, "2": "Because."}, waits)
    assert row(course.owner, course, waits)["final"]["percent"] is None
    assert row(course.owner, course, waits)["cells"]["Check"]["submitted"] is True
    attempt = quiz.taken({"1": True, "2": "Because."})
    graded = course.owner.post(
        f"/attempts/{attempt['id']}/grade",
        {"items": [{"item_id": "2", "points": 1.5}]},
        headers={"If-Match": f'"{attempt["version"]}"'},
    )
    assert graded.status == 200, graded.text
    seen = row(course.owner, course, quiz.learner)
    assert (seen["cells"]["Check"]["score"], seen["final"]) == (50, {"percent": 50, "letter": "F"})
    own = page(quiz.learner, course)["items"][0]
    assert (own["cells"][0]["score"], own["cells"][0]["submitted"], own["final"]["percent"]) == (None, True, None)
    quiz.change(feedback_release="now")
    assert page(quiz.learner, course)["items"][0]["final"]["percent"] == 50
    quiz.change(published=False)
    assert page(course.owner, course)["columns"] == []
    column = {"kind": "quiz", "id": quiz.quiz_id, "category_id": "work"}
    assert changed(course, 0, categories=[WORK], columns=[column])["columns"][0]["published"] is False
    assert page(course.owner, course)["items"][0]["final"]["percent"] is None


def test_a_quiz_counts_unrounded_and_to_its_learner_alike(api: Api):
    questions = [{**TRUE_FALSE, "points": points} for points in (1, 2)]
    quiz = sitting(api, *questions, score_policy="average")
    course = Class(api, quiz.owner, quiz.course_id)
    quiz.taken({"1": True, "2": False})
    path = new_assignment(course, points=1000)
    given(course.owner, path, quiz.learner.id, points=101)
    assert course.owner.post(f"{path}/release", {}).status == 200
    categories = [{**WORK, "weight": 85}, {**EXAM, "weight": 15}]
    columns = [placed(path), {"kind": "quiz", "id": quiz.quiz_id, "category_id": "exam"}]
    changed(course, 0, categories=categories, columns=columns)
    seen = row(course.owner, course, quiz.learner)
    assert seen["cells"]["Check"]["score"] == 33.333333
    assert seen["final"]["percent"] == 13.59, "10.1 × 0.85 + 33 1/3 × 0.15 = 13.585"
    assert row(quiz.learner, course, quiz.learner)["final"] == seen["final"]
