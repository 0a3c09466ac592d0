"""GET /users/me/grading-queue."""

from typing import Any

import pytest
from bson import ObjectId

from tests.functions.assessments.assigned import new_assignment, put_groups
from tests.functions.assessments.sitting import ESSAY, sitting
from tests.functions.assessments.submitting import handed_in
from tests.functions.assessments.test_appeals import appealed, resolve
from tests.functions.assessments.test_grades import given, release
from tests.functions.assessments.test_submissions import assistant
from tests.functions.courses.enrolled import Class, open_class
from tests.mongo_commands import recorded
from tests.people import Api, Person


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def queue(person: Person, limit: int = 100) -> list[dict[str, Any]]:
    """All pages."""
    found, cursor = [], ""
    while True:
        answer = person.get(f"/users/me/grading-queue?limit={limit}{cursor}")
        assert answer.status == 200, answer.text
        found += answer.json["items"]
        if answer.json["next_cursor"] is None:
            return found
        cursor = f"&cursor={answer.json['next_cursor']}"


def works(person: Person) -> list[str]:
    return [row["submission_id"] for row in queue(person)]


def whose(row: dict[str, Any]) -> list[str]:
    return [each["user_id"] for each in row["learners"]]


def test_what_is_handed_in_waits_until_it_is_graded_and_again_when_it_comes_again(course: Class):
    learner, path = course.learner(), new_assignment(course, title="Leaves")
    first = handed_in(learner, path, text="one")["id"]
    [row] = queue(course.owner)
    assert (row["kind"], row["submission_id"], row["assignment"]["title"]) == ("submission", first, "Leaves")
    assert (row["course_id"], whose(row), bool(row["learners"][0]["name"])) == (course.id, [learner.id], True)
    second = handed_in(learner, path, text="two")["id"]
    assert works(course.owner) == [second], "the last one alone"
    given(course.owner, path, learner.id, points=1)
    assert queue(course.owner) == []
    third = handed_in(learner, path, text="three")["id"]
    assert works(course.owner) == [third]
    given(course.owner, path, learner.id, 1, excused=True)
    assert queue(course.owner) == [] == queue(learner)


def test_what_came_after_the_graded_one_waits_on(course: Class):
    learner, path = course.learner(), new_assignment(course)
    first, second = (handed_in(learner, path, text=text)["id"] for text in ("one", "two"))
    given(course.owner, path, learner.id, points=1, submission_id=first)
    assert works(course.owner) == [second]
    given(course.owner, path, learner.id, 1, points=2, submission_id=second)
    assert queue(course.owner) == []


def test_who_changes_groups_is_waited_for_until_the_last_work_is_graded(course: Class):
    ada, ben = course.learner(), course.learner()
    path = new_assignment(course, group_set_id=put_groups(course, [ada, ben])["id"])
    first = handed_in(ada, path, text="x")["id"]
    [kept] = course.owner.get(f"{course.path}/groups").json["sets"]
    [both] = kept["groups"]
    moved = [
        {"id": both["id"], "name": "Both", "member_ids": [ben.id]},
        {"name": "New", "member_ids": [ada.id]},
    ]
    changed = {"id": kept["id"], "name": kept["name"], "groups": moved}
    answer = course.owner.put(f"{course.path}/groups", {"sets": [changed]})
    assert answer.status == 200, answer.text
    second = handed_in(ada, path, text="y")["id"]
    given(course.owner, path, ada.id, points=1)
    assert [(row["submission_id"], whose(row)) for row in queue(course.owner)] == [(first, [ben.id])]
    given(course.owner, path, ben.id, points=1)
    assert queue(course.owner) == [] and first != second


def test_a_groups_work_waits_for_its_members_who_have_no_grade(course: Class):
    ada, ben = course.learner(), course.learner()
    path = new_assignment(course, group_set_id=put_groups(course, [ada, ben])["id"])
    handed_in(ada, path, text="x")
    given(course.owner, path, ada.id, points=1)
    [row] = queue(course.owner)
    assert whose(row) == [ben.id]
    given(course.owner, path, ben.id, points=1, group=True)
    assert queue(course.owner) == []


def test_essays_and_appeals_wait_beside_it_the_oldest_first_on_all_pages(api: Api):
    quiz = sitting(api, ESSAY)
    course = Class(api, quiz.owner, quiz.course_id)
    learner = quiz.learner
    path = new_assignment(course, appeal_days=7, release="at_once")
    work = handed_in(learner, path, text="x")["id"]
    given(course.owner, path, learner.id, points=1)
    attempt = quiz.taken({"1": "Because."})
    appeal = appealed(learner, work)
    other = handed_in(learner, new_assignment(course), text="y")["id"]
    rows = queue(quiz.owner, limit=1)
    assert rows == queue(quiz.owner)
    found = [(row["kind"], row["attempt_id"], row["appeal_id"], row["submission_id"]) for row in rows]
    assert found == [
        ("attempt", attempt["id"], None, None),
        ("appeal", None, appeal["id"], work),
        ("submission", None, None, other),
    ]
    assert (rows[0]["quiz"]["title"], rows[1]["wants"]) == ("Check", "review")
    assert resolve(quiz.owner, appeal).status == 200
    said = {"items": [{"item_id": "1", "points": 1}]}
    match = {"If-Match": f'"{attempt["version"]}"'}
    assert quiz.owner.post(f"/attempts/{attempt['id']}/grade", said, headers=match).status == 200
    assert [row["kind"] for row in queue(quiz.owner)] == ["submission"]
    assert quiz.owner.get("/users/me/grading-queue?cursor=e30").status == 422
    assert quiz.owner.get("/users/me/grading-queue?cursor=WyJ4IiwieSJd").status == 422


def test_a_suggestion_that_asks_for_a_person_says_so(course: Class):
    from lms.mongo import database

    learner = course.learner()
    work = handed_in(learner, new_assignment(course), text="x")["id"]
    row = {"_id": ObjectId(), "submission_id": ObjectId(work), "decision": {"applies": False, "asks": True}}
    database().suggestions.insert_one({**row, "job_id": ObjectId()})
    [asked] = queue(course.owner)
    assert (asked["kind"], asked["suggestion_id"], asked["submission_id"]) == ("suggestion", str(row["_id"]), work)
    calm = {**row, "_id": ObjectId(), "job_id": ObjectId(), "decision": {"applies": False, "asks": False}}
    database().suggestions.insert_one(calm)
    assert [row["kind"] for row in queue(course.owner)] == ["submission"]


def test_graders_see_their_own_courses_and_cohorts_and_pseudonyms_where_blind(course: Class, api: Api):
    mine, other, cohort = course.learner(), course.learner(), course.cohort()
    course.put_into(cohort, mine)
    helper, stranger = assistant(course, cohort), api.person()
    path = new_assignment(course, blind=True)
    ids = [handed_in(each, path, text=each.id)["id"] for each in (mine, other)]
    answer = course.owner.get("/users/me/grading-queue")
    assert [row["submission_id"] for row in answer.json["items"]] == ids
    assert mine.id not in answer.text and answer.json["items"][0]["learners"][0]["name"] is None
    assert [row["submission_id"] for row in queue(helper)] == ids[:1]
    assert queue(stranger) == [] == queue(mine)
    release(course.owner, path)
    assert whose(queue(course.owner)[0]) == [mine.id]


def test_who_has_left_and_what_is_deleted_waits_no_more(course: Class):
    gone, stays = course.learner(), course.learner()
    path, deleted = new_assignment(course), new_assignment(course)
    for each in (gone, stays):
        handed_in(each, deleted, text="x")
    handed_in(gone, path, text="y")
    work = handed_in(stays, path, text="z")["id"]
    course.leave(gone)
    assert course.owner.delete(deleted).status == 204
    assert [row["submission_id"] for row in queue(course.owner, limit=1)] == [work]


def test_the_queue_walks_its_own_indexes(course: Class):
    learner, cohort = course.learner(), course.cohort()
    handed_in(learner, new_assignment(course), text="x")
    course.put_into(cohort, learner)
    with recorded() as log:
        assert len(queue(course.owner)) == 1
    waits = {each.collection: each.indexes for each in log if each.name == "find"}
    assert waits["submissions"] == waits["attempts"] == {"course_id_1_submitted_at_1__id_1"}
    assert waits["appeals"] == {"course_id_1_state_1__id_1"}
    helper = assistant(course, cohort)
    with recorded() as limited:
        assert len(queue(helper)) == 1
    assert not [each.body for each in (*log, *limited) if each.scans_a_collection]
