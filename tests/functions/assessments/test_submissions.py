"""POST, GET /assignments/{id}/submissions; GET /submissions/{id}; who sees the files of one."""

from functools import partial
from typing import Any

import pytest

from tests import uploads
from tests.at_once import results
from tests.functions.assessments.assigned import new_assignment, new_rubric, put_groups
from tests.functions.assessments.submitting import (
    access_of,
    file_of,
    hand_in,
    handed_in,
    in_minutes,
    rows,
    saved,
)
from tests.functions.courses.authored import events_of, seat
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Api, Person

PDF = {"name": "Ada Lovelace.pdf", "content_type": "application/pdf"}


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def read(person: Person, submission: dict[str, Any]) -> Any:
    answer = person.get(f"/submissions/{submission['id']}")
    return answer.json if answer.status == 200 else answer.status


def test_the_draft_becomes_a_submission_with_its_receipt(course: Class):
    rubric = new_rubric(course)
    path, learner = new_assignment(course, rubric_id=rubric["id"], due_at=in_minutes(60)), course.learner()
    draft = saved(learner, path, text=" As it is <written>.\n")
    answer = hand_in(learner, path, draft_hash=draft["hash"])
    made = answer.json
    assert (answer.status, answer.headers["location"]) == (201, f"/submissions/{made['id']}")
    assert (made["text"], made["hash"], made["attempt"]) == (" As it is <written>.\n", draft["hash"], 1)
    assert (made["user_id"], made["member_ids"], made["group_id"]) == (learner.id, [learner.id], None)
    assert (made["late_seconds"], made["rubric"]) == (0, {"id": rubric["id"], "version": 1})
    assert read(learner, made) == made == read(course.owner, made)
    [event] = events_of(made["id"])
    assert event["type"] == "submission.made"
    names = ("assignment_id", "course_id", "submission_id", "user_id")
    found = [str(event["data"][name]) for name in names]
    assert found == [made["assignment_id"], course.id, made["id"], learner.id]
    course.owner.patch(f"/rubrics/{rubric['id']}", {"title": "Second"})
    assert read(learner, made)["rubric"]["version"] == 1
    assert handed_in(learner, path, text="Next")["rubric"]["version"] == 2


def test_a_draft_that_changed_is_not_what_was_seen(course: Class):
    path, learner = new_assignment(course), course.learner()
    seen = saved(learner, path, text="one")["hash"]
    saved(learner, path, 2, text="two")
    assert hand_in(learner, path, draft_hash=seen).json["code"] == "DRAFT_CHANGED"


def test_attempts_are_counted_and_the_same_content_is_no_new_one(course: Class):
    path, learner = new_assignment(course, attempts=2), course.learner()
    first = handed_in(learner, path, text="one")
    again = hand_in(learner, path, text="one")
    assert (again.status, again.json) == (200, first)
    key = {"Idempotency-Key": "k1"}
    second = learner.post(f"{path}/submissions", {"text": "two"}, headers=key)
    replayed = learner.post(f"{path}/submissions", {"text": "two"}, headers=key)
    assert (second.json["attempt"], replayed.status, replayed.json) == (2, 201, second.json)
    assert learner.post(f"{path}/submissions", {"text": "x"}, headers=key).json["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert hand_in(learner, path, text="three").json["code"] == "NO_ATTEMPTS_LEFT"
    assert hand_in(learner, path, text="two").status == 200
    assert [row["submission"]["attempt"] for row in rows(learner, path)] == [1, 2]


def test_after_the_closing_nothing_is_taken_but_a_lost_receipt_comes_again(course: Class):
    path, learner = new_assignment(course), course.learner()
    first = handed_in(learner, path, text="one")
    saved(learner, path, text="never handed in")
    course.owner.patch(path, {"closes_at": in_minutes(-1)})
    assert hand_in(learner, path).json["code"] == "ASSIGNMENT_CLOSED"
    assert hand_in(learner, path, text="one").json == first
    assert learner.get(f"{path}/draft").json["text"] == "never handed in"
    assert len(rows(learner, path)) == 1, "nothing is handed in by itself"


@pytest.mark.parametrize("cut_off", [-1, 5])
def test_late_work_is_taken_until_the_cut_off(course: Class, cut_off: float):
    late = {"percent": 10, "cut_off_at": in_minutes(cut_off)}
    path = new_assignment(course, due_at=in_minutes(-2), late_policy=late)
    answer = hand_in(course.learner(), path, text="late")
    if cut_off < 0:
        assert answer.json["code"] == "ASSIGNMENT_CLOSED"
    else:
        assert 120 <= answer.json["late_seconds"] <= 150


def test_a_groups_deadline_is_the_latest_of_its_members(course: Class):
    ada, ben = course.learner(), course.learner()
    group_set = put_groups(course, [ada, ben])
    path = new_assignment(course, group_set_id=group_set["id"], due_at=in_minutes(-60), closes_at=in_minutes(-30))
    assert hand_in(ada, path, text="x").json["code"] == "ASSIGNMENT_CLOSED"
    extended = in_minutes(60)
    override = {"user_id": ben.id, "due_at": extended, "closes_at": extended}
    assert course.owner.put(f"{path}/overrides", {"overrides": [override]}).status == 200
    made = handed_in(ada, path, text="x")
    assert (made["late_seconds"], made["due_at"]) == (0, extended)
    assert (made["user_id"], made["member_ids"]) == (ada.id, [ada.id, ben.id])
    assert read(ben, made) == made
    assert hand_in(ben, path, text="y").json["attempt"] == 2


def test_members_are_pinned_and_who_comes_later_sees_what_the_group_has(course: Class):
    ada, ben, eve = (course.learner() for _ in range(3))
    group_set = put_groups(course, [ada, ben])
    path = new_assignment(course, group_set_id=group_set["id"])
    made = handed_in(ada, path, text="x")
    assert read(eve, made) == 404
    put_groups(course, [ada, eve])
    assert read(eve, made)["member_ids"] == [ada.id, ben.id]
    assert read(ben, made)["id"] == made["id"]
    assert [row["submission"]["id"] for person in (ada, ben, eve) for row in rows(person, path)] == [made["id"]] * 3
    assert course.leave(eve).status == 204
    assert handed_in(ada, path, text="y")["member_ids"] == [ada.id]


def both(path: str, *said: tuple[Person, str]) -> list[Any]:
    """What each gets who hands in at once: (fresh or the refusal's code, attempt)."""
    from lms import mongo
    from lms.errors import Conflict
    from lms.submissions import making
    from lms.submissions.models.submission import SubmitBody

    def submit(person: Person, text: str) -> Any:
        access, body = access_of(person, path), SubmitBody(text=text)
        try:
            plan = making.plan(access, body)
            made = mongo.transaction(lambda tx: making.make(tx, access, plan))
            return plan.fresh, made["attempt"]
        except making.Overtaken:
            try:
                return False, making.same_as(access, body)["attempt"]
            except Conflict as refused:
                return refused.code, None
        except Conflict as refused:
            return refused.code, None

    return results(*(partial(submit, *each) for each in said))


def test_members_at_once_hand_in_one_attempt_of_the_same(course: Class):
    people = [course.learner() for _ in range(4)]
    path = new_assignment(course, group_set_id=put_groups(course, people)["id"])
    for round_, text in enumerate(("a", "b", "c"), 1):
        ends = both(path, *((person, text) for person in people))
        assert sorted(ends) == [(False, round_)] * 3 + [(True, round_)]
    assert len(rows(people[0], path)) == 3


def test_members_at_once_with_different_work_never_share_a_number(course: Class):
    people = [course.learner() for _ in range(4)]
    path = new_assignment(course, group_set_id=put_groups(course, people)["id"], attempts=2)
    ends = both(path, *((person, person.id) for person in people))
    made = sorted(attempt for fresh, attempt in ends if fresh is True)
    assert made in ([1], [1, 2])
    assert {code for code, attempt in ends if attempt is None} <= {"SUBMITTED_MEANWHILE", "NO_ATTEMPTS_LEFT"}
    assert [row["submission"]["attempt"] for row in rows(people[0], path)] == made


@pytest.mark.parametrize(
    "content", [{}, {"text": " \n"}, {"text": "x", "code": "y"}, {"file_ids": ["0" * 24]}, {"draft_hash": "x"}]
)
def test_what_is_nothing_or_not_taken_is_refused(course: Class, content: dict[str, Any]):
    path = new_assignment(course, takes=["text", "files"])
    assert hand_in(course.learner(), path, **content).status == 422


def test_code_is_in_the_assignments_language(course: Class):
    path = new_assignment(course, takes=["code"], language="python")
    made = handed_in(course.learner(), path, code="print(1)\n", text=None, file_ids=[])
    assert (made["language"], made["text"]) == ("python", None), "nothing of what is not taken"


def test_files_are_own_checked_and_of_the_types_taken(course: Class):
    path = new_assignment(course, takes=["files"], file_types=["application/pdf"])
    learner, other = course.learner(), course.learner()
    waiting = uploads.begin(learner, b"x", purpose="submission", course_id=course.id, **PDF)["file"]["id"]
    for wrong in (file_of(learner, course), file_of(other, course, b"2", **PDF), waiting):
        answer = hand_in(learner, path, file_ids=[wrong])
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/file_ids/0"), answer.text
    file_id = file_of(learner, course, b"3", **PDF)
    made = handed_in(learner, path, file_ids=[file_id])
    assert [(file["id"], file["name"], file["size"]) for file in made["files"]] == [(file_id, PDF["name"], 1)]
    for staff in (course.owner, assistant(course)):
        assert staff.get(f"/files/{file_id}").json["owner_id"] == learner.id
        assert staff.get(f"/files/{file_id}/download").status == 200
    assert other.get(f"/files/{file_id}").status == 404
    assert learner.delete(f"/files/{file_id}").json["code"] == "FILE_IN_USE"
    assert learner.get(f"/files/{file_id}").status == 200


def assistant(course: Class, *cohorts: str) -> Person:
    person = course.api.person()
    seat(person, course.id, "assistant")
    if cohorts:
        from bson import ObjectId

        from lms.courses.repository import courses

        courses().update_one(
            {"_id": ObjectId(course.id), "staff.user_id": ObjectId(person.id)},
            {"$set": {"staff.$.cohort_ids": [ObjectId(each) for each in cohorts]}},
        )
    return person


def test_a_groups_members_see_each_others_files_from_the_draft_on(course: Class):
    ada, ben, eve = (course.learner() for _ in range(3))
    path = new_assignment(course, takes=["files"], group_set_id=put_groups(course, [ada, ben])["id"])
    file_id = file_of(ada, course)
    assert ben.get(f"/files/{file_id}").status == 404
    saved(ada, path, file_ids=[file_id])
    assert [who.get(f"/files/{file_id}").status for who in (ben, eve, course.owner)] == [200, 404, 404]
    put_groups(course, [ben])
    assert ben.get(f"/files/{file_id}").status == 404, "whose owner is no longer in the group"
    put_groups(course, [ada, ben])
    handed_in(ben, path)
    assert [who.get(f"/files/{file_id}").status for who in (ben, eve, course.owner)] == [200, 404, 200]


def test_staff_see_who_has_handed_in_and_who_has_not(course: Class):
    path = new_assignment(course)
    done, drafting, idle = (course.learner() for _ in range(3))
    handed_in(done, path, text="first")
    last = handed_in(done, path, text="second")
    saved(drafting, path, text="SECRET draft")
    listed = rows(course.owner, path, limit=1)
    assert [row["user_id"] for row in listed] == [done.id, drafting.id, idle.id]
    assert [row["submission"] and row["submission"]["id"] for row in listed] == [last["id"], None, None]
    assert [row["draft_saved_at"] is not None for row in listed] == [False, True, False]
    assert all(row["name"] for row in listed)
    assert "SECRET" not in course.owner.get(f"{path}/submissions").text
    assert rows(idle, path) == []
    assert course.api.person().get(f"{path}/submissions").status == 403


def test_an_assistant_sees_the_own_cohorts_alone(course: Class):
    path, cohort = new_assignment(course), course.cohort()
    mine, other = course.learner(), course.learner()
    course.put_into(cohort, mine)
    helper = assistant(course, cohort)
    seen, hidden = handed_in(mine, path, text="x"), handed_in(other, path, text="y")
    assert [row["user_id"] for row in rows(helper, path)] == [mine.id]
    assert (read(helper, seen)["text"], read(helper, hidden)) == ("x", 404)


def test_a_blind_assignment_names_nobody_until_its_grades_are_released(course: Class):
    from bson import ObjectId

    from lms import clock
    from lms.assignments.repository import assignments

    path = new_assignment(course, takes=["files", "text"], blind=True, due_at=in_minutes(9))
    people = [course.learner() for _ in range(5)]
    learner = people[2]
    file_id = file_of(learner, course, **PDF)
    made = handed_in(learner, path, text="x", file_ids=[file_id])
    assert (made["user_id"], made["files"][0]["name"], made["blind"]) == (learner.id, PDF["name"], False)

    answer = course.owner.get(f"/submissions/{made['id']}")
    seen = answer.json
    listed = rows(course.owner, path, limit=2)
    file = course.owner.get(f"/files/{file_id}")
    download = course.owner.get(f"/files/{file_id}/download")
    for text in (answer.text, str(listed), file.text, download.text):
        assert learner.id not in text and "Lovelace" not in text, text
    assert (seen["blind"], seen["due_at"]) == (True, None)
    pseudonym = seen["user_id"]
    assert seen["member_ids"] == [pseudonym] and len(pseudonym) == 24
    assert (file.json["owner_id"], file.json["name"]) == (pseudonym, seen["files"][0]["name"])
    names = [row["user_id"] for row in listed]
    assert names == sorted(names) and len(set(names)) == len(people), "in an order that tells nothing"
    assert [row["user_id"] for row in listed if row["submission"]] == [pseudonym]
    assert {row["name"] for row in listed} == {None}

    other = new_assignment(course, blind=True)
    again = course.owner.get(f"/submissions/{handed_in(learner, other, text='x')['id']}").json
    assert again["user_id"] != pseudonym, "another one in each assignment"

    _id = ObjectId(path.rpartition("/")[2])
    assignments().update_one({"_id": _id}, {"$set": {"released_at": clock.now()}})
    tag = {"If-None-Match": answer.headers["etag"]}
    released = course.owner.get(f"/submissions/{made['id']}", headers=tag)
    assert (released.status, released.json["user_id"]) == (200, learner.id)
    assert course.owner.get(f"/files/{file_id}", headers={"If-None-Match": file.headers["etag"]}).status == 200


def test_lateness_follows_the_dates(course: Class):
    ada, ben = course.learner(), course.learner()
    group_set = put_groups(course, [ada, ben])
    path = new_assignment(course, group_set_id=group_set["id"], due_at=in_minutes(60))
    made = handed_in(ada, path, text="x")

    def late() -> tuple[bool, str | None]:
        now = read(ben, made)
        return now["late_seconds"] > 0, now["due_at"]

    past = in_minutes(-60)
    assert course.owner.patch(path, {"due_at": past}).status == 200
    assert late() == (True, past)
    assert course.owner.patch(f"{course.enrollments}/{ben.id}", {"accommodations": {"extra_days": 3}}).status == 200
    in_time, due_at = late()
    assert (in_time, due_at > past) == (False, True), "a group has the latest of its members' dates"
    cohort = course.cohort()
    course.put_into(cohort, ada)
    course.owner.patch(f"{course.enrollments}/{ben.id}", {"accommodations": {"extra_days": 0}})
    later = in_minutes(30)
    course.owner.put(f"{path}/overrides", {"overrides": [{"cohort_id": cohort, "due_at": later}]})
    assert late() == (False, later)
    assert course.owner.delete(f"{course.path}/cohorts/{cohort}").status == 204
    assert late() == (True, past)
