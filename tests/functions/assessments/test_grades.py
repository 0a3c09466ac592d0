"""GET /assignments/{id}/grades; GET, PUT /assignments/{id}/grades/{user_id}."""

from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from tests.at_once import endings
from tests.functions.assessments.assigned import new_assignment, new_rubric, owners_access, put_groups
from tests.functions.assessments.submitting import handed_in, in_minutes
from tests.functions.assessments.test_submissions import assistant
from tests.functions.courses.authored import events_of
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Answer, Api, Person


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def give(staff: Person, path: str, learner: str, version: int = 0, **said: Any) -> Answer:
    return staff.put(f"{path}/grades/{learner}", said, headers={"If-Match": f'"{version}"'})


def given(staff: Person, path: str, learner: str, version: int = 0, **said: Any) -> dict[str, Any]:
    answer = give(staff, path, learner, version, **said)
    assert answer.status == 200, answer.text
    return answer.json


def read(person: Person, path: str, learner: str) -> dict[str, Any]:
    answer = person.get(f"{path}/grades/{learner}")
    assert answer.status == 200, answer.text
    return answer.json


def pointers(answer: Answer) -> list[str]:
    assert answer.status == 422, answer.text
    return [error["pointer"] for error in answer.json["errors"]]


def test_a_grade_needs_no_submission_but_the_version_that_it_builds_on(course: Class):
    path, learner = new_assignment(course, takes=[]), course.learner()
    before = course.owner.get(f"{path}/grades/{learner.id}")
    assert (before.json["version"], before.json["score"], before.json["history"]) == (0, None, [])
    assert before.headers["etag"].startswith('"0')
    assert course.owner.put(f"{path}/grades/{learner.id}", {"points": 1}).status == 428
    first = given(course.owner, path, learner.id, points=80.5, comment="Well told.")
    assert (first["raw"], first["penalty"], first["score"], first["version"]) == (80.5, 0, 80.5, 1)
    assert (first["graded_by"], first["origin"], first["submission_id"]) == (course.owner.id, "person", None)
    assert give(course.owner, path, learner.id, 0, points=1).json["code"] == "STALE_ETAG"
    second = given(course.owner, path, learner.id, 1, excused=True, why="Was ill")
    assert (second["raw"], second["score"], second["excused"], second["version"]) == (None, None, True, 2)
    assert read(course.owner, path, learner.id) == second


def test_every_change_says_who_when_why_and_from_what_to_what(course: Class):
    from lms.audit import audit_log
    from lms.grades.repository import grades

    path, learner, second = new_assignment(course), course.learner(), assistant(course)
    given(course.owner, path, learner.id, points=50)
    changed = given(second, path, learner.id, 1, points=60, why="Miscounted")
    first, last = changed["history"]
    assert (first["by"], first["before"]["raw"], first["after"]["raw"]) == (course.owner.id, None, 50)
    assert (last["by"], last["why"], last["version"]) == (second.id, "Miscounted", 2)
    assert last["before"] == {"graded_by": course.owner.id, "raw": 50, "score": 50}
    assert last["after"] == {"graded_by": second.id, "raw": 60, "score": 60}
    row = grades().find_one({"user_id": ObjectId(learner.id)})
    assert row
    told = events_of(str(row["_id"]))
    assert [(event["type"], event["data"]["score"]) for event in told] == [
        ("grade.changed", 50),
        ("grade.changed", 60),
    ]
    kept = list(audit_log().find({"target_id": row["assignment_id"], "action": "grade.changed"}).sort("_id", 1))
    assert [str(each["actor_id"]) for each in kept] == [course.owner.id, second.id]
    assert kept[0]["detail"]["user_ids"] == [ObjectId(learner.id)]


def test_criteria_are_graded_by_the_version_that_was_handed_in_under(course: Class):
    rubric = new_rubric(course)
    path, learner = new_assignment(course, rubric_id=rubric["id"], points=11), course.learner()
    made = handed_in(learner, path, text="x")
    argument, style = rubric["criteria"]
    changed = course.owner.patch(f"/rubrics/{rubric['id']}", {"criteria": [argument]})
    assert changed.status == 200, changed.text
    said = [
        {"criterion_id": style["id"], "level_id": style["levels"][0]["id"], "comment": "Fine"},
        {"criterion_id": argument["id"], "points": 3.25},
    ]
    grade = given(course.owner, path, learner.id, criteria=said)
    assert (grade["submission_id"], grade["rubric"]) == (made["id"], {"id": rubric["id"], "version": 1})
    assert grade["raw"] == 9.5, "4.75 of 5.5, in proportion to 11"
    found = [
        (each["criterion_id"], each["level_id"], each["points"], each["comment"]) for each in grade["criteria"]
    ]
    assert found == [
        (argument["id"], None, 3.25, ""),
        (style["id"], style["levels"][0]["id"], 1.5, "Fine"),
    ]


def test_what_the_rubric_does_not_give_is_refused(course: Class):
    rubric, learner = new_rubric(course), course.learner()
    path = new_assignment(course, rubric_id=rubric["id"])
    argument, style = rubric["criteria"]
    fine = {"criterion_id": argument["id"], "points": 4}

    def refused(*criteria: dict[str, Any]) -> list[str]:
        return pointers(give(course.owner, path, learner.id, criteria=list(criteria)))

    assert refused(fine) == ["/criteria"]
    assert refused(fine, fine) == ["/criteria/1/criterion_id", "/criteria"]
    assert refused(fine, {"criterion_id": style["id"], "points": 1}) == ["/criteria/1/points"]
    assert refused(fine, {"criterion_id": style["id"], "points": 4}) == ["/criteria/1/points"]
    wrong_level = {"criterion_id": style["id"], "level_id": argument["levels"][0]["id"]}
    assert refused(fine, wrong_level) == ["/criteria/1/level_id"]
    assert pointers(give(course.owner, path, learner.id, points=100.5)) == ["/points"]
    assert pointers(give(course.owner, path, learner.id, points=1, group=True)) == ["/group"]
    assert pointers(give(course.owner, path, learner.id, points=1, submission_id="0" * 24)) == ["/submission_id"]
    assert pointers(give(course.owner, new_assignment(course), learner.id, criteria=[fine])) == ["/criteria"]
    for both in ({}, {"points": 1, "excused": True}, {"points": 1, "criteria": [fine]}):
        assert give(course.owner, path, learner.id, **both).status == 422
    assert read(course.owner, path, learner.id)["version"] == 0


def test_the_penalty_stands_apart_and_follows_dates_and_policy(course: Class):
    late = {"percent": 10, "per": "hour", "floor": 50}
    path = new_assignment(course, due_at=in_minutes(-90), late_policy=late)
    learner = course.learner()
    made = handed_in(learner, path, text="late")
    grade = given(course.owner, path, learner.id, points=90)
    assert (grade["raw"], grade["penalty"], grade["score"]) == (90, 20, 70)
    assert grade["late_seconds"] == made["late_seconds"] > 5000
    assert given(course.owner, path, learner.id, 1, points=40)["score"] == 40, "below the floor already"
    assert given(course.owner, path, learner.id, 2, points=65)["score"] == 50, "at the floor"

    assert course.owner.patch(path, {"late_policy": {"percent": 5, "per": "hour"}}).status == 200
    milder = read(course.owner, path, learner.id)
    assert (milder["raw"], milder["penalty"], milder["score"], milder["version"]) == (65, 10, 55, 4)
    assert (milder["history"][-1]["by"], "late policy" in milder["history"][-1]["why"]) == (None, True)

    override = {"user_id": learner.id, "due_at": in_minutes(5)}
    assert course.owner.put(f"{path}/overrides", {"overrides": [override]}).status == 200
    extended = read(course.owner, path, learner.id)
    assert (extended["late_seconds"], extended["score"], extended["version"]) == (0, 65, 5)
    assert course.owner.patch(path, {"closes_at": in_minutes(60)}).status == 200
    assert read(course.owner, path, learner.id)["version"] == 5, "nothing has changed for this grade"


def test_a_group_gets_one_grade_and_what_was_given_alone_stays(course: Class):
    ada, ben, eve, other = (course.learner() for _ in range(4))
    path = new_assignment(course, group_set_id=put_groups(course, [ada, ben, eve], [other])["id"])
    made = handed_in(ada, path, text="x")
    given(course.owner, path, eve.id, points=30)
    shared = given(course.owner, path, ada.id, points=80, group=True)
    assert (shared["origin"], shared["submission_id"]) == ("group", made["id"])
    assert [read(course.owner, path, each.id)["score"] for each in (ada, ben, eve, other)] == [80, 80, 30, None]
    assert give(course.owner, path, ben.id, 0, points=1, group=True).status == 412
    given(course.owner, path, ben.id, 1, points=85, group=True)
    assert [read(course.owner, path, each.id)["score"] for each in (ada, ben, eve)] == [85, 85, 30]
    taken_back = given(course.owner, path, eve.id, 1, points=90, group=True)
    assert (taken_back["origin"], read(course.owner, path, ada.id)["score"]) == ("group", 90)


def test_a_limited_assistant_grades_those_of_a_group_whom_they_see(course: Class):
    mine, other, cohort = course.learner(), course.learner(), course.cohort()
    course.put_into(cohort, mine)
    path = new_assignment(course, group_set_id=put_groups(course, [mine, other])["id"])
    handed_in(mine, path, text="x")
    given(assistant(course, cohort), path, mine.id, points=5, group=True)
    assert [read(course.owner, path, each.id)["score"] for each in (mine, other)] == [5, None]


def test_a_why_is_needed_where_one_of_the_group_has_seen_the_grade(course: Class):
    ada, ben = course.learner(), course.learner()
    path = new_assignment(course, group_set_id=put_groups(course, [ada, ben])["id"])
    handed_in(ada, path, text="x")
    given(course.owner, path, ada.id, points=5, group=True)
    release(course.owner, path, ada.id)
    assert pointers(give(course.owner, path, ben.id, 1, points=6, group=True)) == ["/why"]


@pytest.mark.parametrize("version", [0, 1])
def test_of_graders_at_once_one_succeeds(course: Class, version: int):
    from lms.assignments.repository import assignments
    from lms.grades import grades
    from lms.grades.models.grade import GivenGrade

    path, learner = new_assignment(course), course.learner()
    if version:
        given(course.owner, path, learner.id, points=1)
    row = assignments().find_one({"_id": ObjectId(path.rpartition("/")[2])})
    access = owners_access(course, row)
    calls = [partial(grades.put, access, learner.id, GivenGrade(points=float(n)), version) for n in range(10, 14)]
    assert sorted(endings(*calls)) == ["STALE_ETAG"] * 3 + ["ok"]
    grade = read(course.owner, path, learner.id)
    assert (grade["version"], len(grade["history"])) == (version + 1, version + 1)


def test_a_grade_is_never_given_for_dates_that_move_at_this_moment(course: Class):
    from lms.assignments import assignments, repository
    from lms.assignments.models.assignment import AssignmentChange
    from lms.grades import grades
    from lms.grades.models.grade import GivenGrade

    learners = [course.learner() for _ in range(3)]
    path = new_assignment(course, due_at=in_minutes(-90), late_policy={"percent": 10, "per": "hour"})
    for each in learners:
        handed_in(each, path, text="late")
    row = repository.assignments().find_one({"_id": ObjectId(path.rpartition("/")[2])})
    access = owners_access(course, row)
    milder = AssignmentChange(late_policy={"percent": 1, "per": "hour"})
    calls = [partial(grades.put, access, each.id, GivenGrade(points=90.0), 0) for each in learners]
    assert endings(*calls, partial(assignments.change, access, milder, None)) == ["ok"] * 4
    assert [read(course.owner, path, each.id)["penalty"] for each in learners] == [2, 2, 2]


def test_learners_see_no_grade_but_their_own_released_one(course: Class):
    held, at_once = new_assignment(course), new_assignment(course, release="at_once")
    learner, other = course.learner(), course.learner()
    for path in (held, at_once):
        given(course.owner, path, learner.id, points=70)
    unseen = read(learner, held, learner.id)
    assert (unseen["version"], unseen["score"], unseen["graded_by"], unseen["history"]) == (0, None, None, [])
    seen = read(learner, at_once, learner.id)
    assert (seen["score"], len(seen["history"])) == (70, 1) and seen["released_at"]
    assert other.get(f"{at_once}/grades/{learner.id}").status == 404
    assert other.get(f"{at_once}/grades").status == 403
    assert pointers(give(course.owner, at_once, learner.id, 1, points=75)) == ["/why"]
    given(course.owner, at_once, learner.id, 1, points=75, why="Found a page more")
    assert [row["why"] for row in read(learner, at_once, learner.id)["history"]] == [None, "Found a page more"]


def test_what_a_grade_was_while_it_was_held_is_never_told(course: Class):
    path, learner = new_assignment(course), course.learner()
    given(course.owner, path, learner.id, points=41, comment="A first thought")
    assert course.owner.patch(path, {"release": "at_once"}).status == 200
    given(course.owner, path, learner.id, 1, points=75, comment="Well told")
    seen = read(learner, path, learner.id)
    assert (seen["score"], len(seen["history"]), seen["history"][0]["after"]["raw"]) == (75, 1, 75)
    assert set(seen["history"][0]["before"].values()) == {None}
    assert "A first thought" in str(read(course.owner, path, learner.id)["history"])


def test_staff_page_through_learners_with_work_and_grade(course: Class):
    path = new_assignment(course)
    done, idle = course.learner(), course.learner()
    made = handed_in(done, path, text="x")
    given(course.owner, path, done.id, points=70)
    first = course.owner.get(f"{path}/grades?limit=1").json
    second = course.owner.get(f"{path}/grades?limit=1&cursor={first['next_cursor']}").json
    [row], [rest] = first["items"], second["items"]
    assert (row["user_id"], row["submission"]["id"], row["grade"]["score"]) == (done.id, made["id"], 70)
    assert (rest["user_id"], rest["submission"], rest["grade"]["version"]) == (idle.id, None, 0)
    assert (bool(row["name"]), second["next_cursor"]) == (True, None)


def test_an_assistant_grades_the_own_cohorts_alone(course: Class):
    path, cohort = new_assignment(course), course.cohort()
    mine, other = course.learner(), course.learner()
    course.put_into(cohort, mine)
    helper = assistant(course, cohort)
    assert [row["user_id"] for row in helper.get(f"{path}/grades").json["items"]] == [mine.id]
    given(helper, path, mine.id, points=1)
    assert give(helper, path, other.id, points=1).status == 404
    assert helper.get(f"{path}/grades/{other.id}").status == 404


def test_blind_graders_know_pseudonyms_alone(course: Class):
    path = new_assignment(course, blind=True)
    learner, _ = course.learner(), course.learner()
    made = handed_in(learner, path, text="x")
    listed = course.owner.get(f"{path}/grades")
    [row] = [each for each in listed.json["items"] if each["submission"]]
    assert learner.id not in listed.text and row["grade"]["blind"]
    pseudonym = row["user_id"]
    assert give(course.owner, path, learner.id, points=1).status == 404
    assert course.owner.get(f"{path}/grades/nobody").status == 404
    answer = give(course.owner, path, pseudonym, points=64)
    assert (answer.status, answer.json["user_id"], answer.json["submission_id"]) == (200, pseudonym, made["id"])
    assert learner.id not in answer.text + course.owner.get(f"{path}/grades/{pseudonym}").text


def release(staff: Person, path: str, *names: str) -> dict[str, Any]:
    answer = staff.post(f"{path}/release", {"user_ids": list(names)} if names else {})
    assert answer.status == 200, answer.text
    return answer.json


def test_staff_release_the_grades_of_some_or_of_all(course: Class):
    from lms.audit import audit_log

    path, people = new_assignment(course), [course.learner() for _ in range(3)]
    for number, each in enumerate(people):
        given(course.owner, path, each.id, points=number)
    assert release(course.owner, path, people[0].id)["released"] == 1
    assert [read(each, path, each.id)["score"] for each in people] == [0, None, None]
    unknown = course.owner.post(f"{path}/release", {"user_ids": [people[1].id, "0" * 24]})
    assert pointers(unknown) == ["/user_ids/1"]
    everybody = release(course.owner, path)
    assert (everybody["released"], everybody["released_at"] is not None) == (2, True)
    again = release(course.owner, path)
    assert (again["released"], again["released_at"]) == (0, everybody["released_at"])
    assert [read(each, path, each.id)["score"] for each in people] == [0, 1, 2]
    assert course.owner.get(path).json["released_at"] == everybody["released_at"]

    told = [event for event in events_of(path.rpartition("/")[2]) if event["type"] == "grades.released"]
    assert [len(event["data"]["user_ids"]) for event in told] == [1, 2]
    assert audit_log().count_documents({"target_id": told[0]["subject_id"], "action": "grades.released"}) == 2
    last = read(course.owner, path, people[1].id)["history"][-1]
    assert (last["by"], list(last["after"])) == (course.owner.id, ["released_at"])
    assert give(course.owner, path, people[1].id, 1, points=9, why="x").status == 412, "who graded saw it held"
    assert pointers(give(course.owner, path, people[1].id, 2, points=9)) == ["/why"]


def test_release_ends_blind_grading_where_it_is_of_all(course: Class):
    path, learner = new_assignment(course, blind=True), course.learner()
    [row] = course.owner.get(f"{path}/grades").json["items"]
    given(course.owner, path, row["user_id"], points=64)
    assert release(course.owner, path, row["user_id"]) == {
        "assignment_id": path.rpartition("/")[2],
        "released": 1,
        "released_at": None,
    }
    assert course.owner.get(f"{path}/grades").json["items"][0]["user_id"] == row["user_id"]
    release(course.owner, path)
    [named] = course.owner.get(f"{path}/grades").json["items"]
    assert (named["user_id"], named["grade"]["score"], bool(named["name"])) == (learner.id, 64, True)


def test_an_assistant_releases_the_own_cohorts_alone(course: Class):
    path, cohort = new_assignment(course), course.cohort()
    mine, other = course.learner(), course.learner()
    course.put_into(cohort, mine)
    for each in (mine, other):
        given(course.owner, path, each.id, points=1)
    helper = assistant(course, cohort)
    assert helper.post(f"{path}/release", {"user_ids": [other.id]}).status == 422
    assert release(helper, path) == {"assignment_id": path.rpartition("/")[2], "released": 1, "released_at": None}
    assert [read(each, path, each.id)["score"] for each in (mine, other)] == [1, None]


def test_what_is_released_at_once_is_told(course: Class):
    path, learner = new_assignment(course, release="at_once"), course.learner()
    given(course.owner, path, learner.id, points=1)
    given(course.owner, path, learner.id, 1, points=2, why="x")
    told = [event for event in events_of(path.rpartition("/")[2]) if event["type"] == "grades.released"]
    assert [event["data"]["user_ids"] for event in told] == [[ObjectId(learner.id)]]


def test_learners_find_all_their_released_grades(course: Class):
    learner, other = course.learner(), course.learner()
    paths = [new_assignment(course, title=title, points=10, release="at_once") for title in ("One", "Two")]
    for path in (*paths, new_assignment(course)):
        for each in (learner, other):
            given(course.owner, path, each.id, points=7)
    first = learner.get("/users/me/grades?limit=1").json
    second = learner.get(f"/users/me/grades?limit=1&cursor={first['next_cursor']}").json
    rows = first["items"] + second["items"]
    assert [(row["assignment"]["title"], row["assignment"]["points"], row["score"]) for row in rows] == [
        ("Two", 10, 7),
        ("One", 10, 7),
    ]
    assert ({row["user_id"] for row in rows}, second["next_cursor"]) == ({learner.id}, None)


def test_of_what_learners_no_longer_see_they_find_no_grade(course: Class):
    learner = course.learner()
    first, hidden, deleted, last = (new_assignment(course, release="at_once") for _ in range(4))
    for path in (first, hidden, deleted, last):
        given(course.owner, path, learner.id, points=7)
    assert course.owner.patch(hidden, {"published": False}).status == 200
    assert course.owner.delete(deleted).status == 204
    for query in ("", "?limit=2"):
        found = learner.get(f"/users/me/grades{query}").json
        assert [row["assignment_id"] for row in found["items"]] == [
            path.rpartition("/")[2] for path in (last, first)
        ]
        assert found["next_cursor"] is None
    assert {learner.get(f"{path}/grades/{learner.id}").status for path in (hidden, deleted)} == {404}
