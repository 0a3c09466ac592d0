"""POST /submissions/{id}/appeal; GET /courses/{id}/appeals; POST /appeals/{id}/resolve."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from lms import clock
from tests.at_once import endings
from tests.functions.assessments.assigned import new_assignment, owners_access, put_groups
from tests.functions.assessments.submitting import handed_in
from tests.functions.assessments.test_grades import given, pointers, read, release
from tests.functions.assessments.test_submissions import assistant
from tests.functions.courses.authored import events_of
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Answer, Api, Person

REASON = {"reason": "Page two was not read."}
PERSON = {"wants": "person"}


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def appeal(person: Person, work: str, said: dict[str, Any] | None = None, **more: Any) -> Answer:
    return person.post(f"/submissions/{work}/appeal", said or REASON, **more)


def appealed(person: Person, work: str) -> dict[str, Any]:
    answer = appeal(person, work)
    assert answer.status == 201, answer.text
    return dict(answer.json)


def resolve(staff: Person, made: dict[str, Any], **said: Any) -> Answer:
    match = {"If-Match": f'"{said.pop("version", made["version"])}"'}
    return staff.post(f"/appeals/{made['id']}/resolve", {"answer": "Read now.", **said}, headers=match)


def listed(person: Person, course: Class, query: str = "") -> list[dict[str, Any]]:
    answer = person.get(f"{course.path}/appeals?limit=100{query}")
    assert answer.status == 200, answer.text
    rows: list[dict[str, Any]] = answer.json["items"]
    return rows


def graded(course: Class, learner: Person, **settings: Any) -> tuple[str, str]:
    """The path of an assignment with appeals, and a submission for it with a grade that is released."""
    path = new_assignment(course, **{"appeal_days": 7, **settings})
    work = handed_in(learner, path, text="x")["id"]
    [row] = course.owner.get(f"{path}/grades?limit=1").json["items"]
    given(course.owner, path, row["user_id"], points=50)
    release(course.owner, path, row["user_id"])
    return path, work


def change_grade(path: str, **fields: Any) -> None:
    from lms.grades.repository import grades

    mine = {"assignment_id": ObjectId(path.rpartition("/")[2])}
    grades().update_many(mine, {"$set": fields})


def test_an_appeal_is_made_once_and_answered_to_its_learner(course: Class):
    from lms.audit import audit_log

    learner, other = course.learner(), course.learner()
    path, work = graded(course, learner)
    made = appealed(learner, work)
    assert (made["state"], made["wants"], made["user_id"]) == ("open", "review", learner.id)
    again = appeal(learner, work)
    assert (again.status, again.json) == (200, made)
    assert appeal(learner, work, {"reason": "More."}).json["code"] == "APPEAL_OPEN"
    given(course.owner, path, learner.id, 2, points=60, why="Page two")
    assert pointers(resolve(course.owner, made, grade_version=4)) == ["/grade_version"]
    answer = resolve(course.owner, made, grade_version=3)
    done = answer.json
    assert (answer.status, done["state"], done["grade_version"]) == (200, "resolved", 3), answer.text
    assert (done["resolved_by"], bool(done["name"])) == (course.owner.id, True)
    assert resolve(course.owner, done).json["code"] == "APPEAL_RESOLVED"
    [seen] = listed(learner, course)
    assert (seen["answer"], seen["name"], seen["assignment"]["title"]) == ("Read now.", None, "Essay")
    assert listed(other, course) == []
    assert [each["type"] for each in events_of(made["id"])] == ["appeal.made", "appeal.resolved"]
    assert audit_log().count_documents({"target_id": ObjectId(made["id"])}) == 2
    assert appeal(learner, work).status == 201, "the next one"
    assert read(learner, path, learner.id)["score"] == 60


def test_only_who_sees_a_grade_for_the_own_work_appeals(course: Class):
    learner, other = course.learner(), course.learner()
    path = new_assignment(course, appeal_days=7)
    first = handed_in(learner, path, text="one")["id"]
    assert appeal(learner, first).json["code"] == "GRADE_NOT_RELEASED"
    last = handed_in(learner, path, text="two")["id"]
    given(course.owner, path, learner.id, points=1)
    assert appeal(learner, last).json["code"] == "GRADE_NOT_RELEASED"
    release(course.owner, path)
    assert appeal(learner, first).json["code"] == "GRADE_NOT_RELEASED", "of another submission"
    assert appeal(other, last).status == 404
    assert appeal(course.owner, last).status == 403
    assert appeal(learner, last, {"reason": " "}).status == 422
    assert appeal(learner, last).status == 201


def test_a_review_is_asked_for_in_the_assignments_days(course: Class):
    learner = course.learner()
    path, work = graded(course, learner)
    change_grade(path, released_at=clock.now() - timedelta(days=7))
    late = appeal(learner, work)
    assert (late.status, late.json["code"], "until" in late.json) == (409, "APPEAL_OVER", True)
    change_grade(path, released_at=clock.now() - timedelta(days=6.9))
    assert appeal(learner, work).status == 201
    _, never = graded(course, learner, appeal_days=None)
    assert appeal(learner, never).json["code"] == "NO_APPEALS"


def test_a_person_is_asked_for_wherever_an_ai_took_part_and_at_any_time(course: Class):
    learner = course.learner()
    path, work = graded(course, learner, appeal_days=None)
    assert appeal(learner, work, PERSON).json["code"] == "NO_AI_TOOK_PART"
    long_ago = clock.now() - timedelta(days=400)
    change_grade(path, ai={"suggestion_id": ObjectId(), "part": "suggested"}, released_at=long_ago)
    made = appeal(learner, work, PERSON)
    assert (made.status, made.json["wants"], made.json["reason"]) == (201, "person", "")


def test_an_open_appeal_is_given_again_to_who_asks_for_the_same_alone(course: Class):
    learner = course.learner()
    path, work = graded(course, learner)
    change_grade(path, ai={"suggestion_id": ObjectId(), "part": "suggested"})
    appealed(learner, work)
    assert appeal(learner, work, {**REASON, **PERSON}).json["code"] == "APPEAL_OPEN"


def test_in_a_group_each_member_appeals_alone(course: Class):
    ada, ben = course.learner(), course.learner()
    path = new_assignment(course, appeal_days=7, group_set_id=put_groups(course, [ada, ben])["id"])
    work = handed_in(ada, path, text="x")["id"]
    given(course.owner, path, ada.id, points=5, group=True)
    release(course.owner, path)
    assert {appealed(each, work)["user_id"] for each in (ada, ben)} == {ada.id, ben.id}
    assert [row["user_id"] for row in listed(ben, course)] == [ben.id]


def test_blind_staff_and_limited_assistants_see_what_they_may(course: Class):
    learner, cohort = course.learner(), course.cohort()
    path, work = graded(course, learner, blind=True)
    made = appealed(learner, work)
    answer = course.owner.get(f"{course.path}/appeals")
    [row] = answer.json["items"]
    assert (row["blind"], row["name"]) == (True, None) and learner.id not in answer.text
    [own] = listed(learner, course)
    assert (own["blind"], own["user_id"]) == (False, learner.id)
    helper = assistant(course, cohort)
    assert listed(helper, course) == [] and resolve(helper, made).status == 404
    course.put_into(cohort, learner)
    assert [each["id"] for each in listed(helper, course)] == [made["id"]]
    resolved = resolve(helper, made)
    assert resolved.status == 200 and learner.id not in resolved.text
    appealed(learner, graded(course, learner)[1])
    named, hidden = listed(course.owner, course)
    assert (bool(named["name"]), hidden["name"]) == (True, None), "whom another work names"
    release(course.owner, path)
    assert listed(course.owner, course)[1]["user_id"] == learner.id


def test_open_ones_come_first_and_pages_go_on(course: Class):
    learner = course.learner()
    works = [graded(course, learner)[1] for _ in range(3)]
    first, second, third = (appealed(learner, work) for work in works)
    assert resolve(course.owner, first).status == 200
    found, cursor = [], ""
    for _ in range(3):
        page = course.owner.get(f"{course.path}/appeals?limit=1{cursor}").json
        found += [row["id"] for row in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [second["id"], third["id"], first["id"]] and page["next_cursor"] is None
    assert [row["id"] for row in listed(course.owner, course, "&state=resolved")] == [first["id"]]
    assert course.owner.get(f"{course.path}/appeals?state=closed").status == 422
    assert course.owner.get(f"{course.path}/appeals?cursor=e30").status == 422


def test_of_a_deleted_assignment_there_is_no_appeal(course: Class):
    learner = course.learner()
    gone, one, two, unsaid = (graded(course, learner) for _ in range(4))
    kept = [appealed(learner, work)["id"] for _, work in (gone, one, two)][1:]
    for path, _ in (gone, unsaid):
        assert course.owner.delete(path).status == 204
    for person in (course.owner, learner):
        assert [row["id"] for row in listed(person, course)] == kept
    first = course.owner.get(f"{course.path}/appeals?limit=1").json
    last = course.owner.get(f"{course.path}/appeals?limit=1&cursor={first['next_cursor']}").json
    assert [row["id"] for page in (first, last) for row in page["items"]] == kept and last["next_cursor"] is None
    assert appeal(learner, unsaid[1]).status == 404


def test_of_appeals_at_once_one_is_open_and_of_answers_at_once_one_stands(course: Class):
    from lms import mongo
    from lms.appeals import appeals, making, repository
    from lms.appeals.models.appeal import NewAppeal, Resolution
    from lms.caller import Caller
    from lms.courses.access import enter_through
    from lms.permissions import Role
    from lms.submissions.repository import submissions

    learner = course.learner()
    _, work = graded(course, learner)
    who = Caller(ObjectId(learner.id), Role.STUDENT, ObjectId())
    access = enter_through(submissions, who, ObjectId(work), "appeal.make")

    def make(n: int) -> None:
        mongo.transaction(lambda tx: making.make(tx, access, NewAppeal(reason=f"{n}")))

    class Open(Exception):
        code = "open"

    def makes(n: int) -> None:
        try:
            make(n)
        except making.Overtaken:
            raise Open from None

    assert sorted(endings(*[partial(makes, n) for n in range(4)], refusal=Open)) == ["ok"] + ["open"] * 3
    [row] = repository.appeals().find({"user_id": ObjectId(learner.id)})
    owner = owners_access(course, row)
    calls = [partial(appeals.resolve, owner, Resolution(answer=f"{n}"), 1) for n in range(4)]
    assert sorted(endings(*calls)) == ["STALE_ETAG"] * 3 + ["ok"]


def test_a_key_gives_the_same_answer_again(course: Class):
    learner = course.learner()
    _, work = graded(course, learner)
    key = {"Idempotency-Key": "k"}
    first, second = (appeal(learner, work, headers=key) for _ in range(2))
    assert (first.status, second.status, second.json) == (201, 201, first.json)
