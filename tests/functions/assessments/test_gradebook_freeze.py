"""POST /courses/{id}/gradebook/freeze."""

from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from tests.at_once import endings, results
from tests.functions.assessments.assigned import new_assignment, owners_access
from tests.functions.assessments.sitting import SHORT, TRUE_FALSE, sitting
from tests.functions.assessments.test_gradebook import EXAM, ORAL, WORK, cell, change, changed, page, placed, row
from tests.functions.assessments.test_gradebook_sheets import bring, tried
from tests.functions.assessments.test_grades import given
from tests.functions.courses.authored import events_of
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Answer, Api


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def freeze(course: Class, **body: Any) -> Answer:
    return course.owner.post(f"{course.path}/gradebook/freeze", body)


def frozen(course: Class, **body: Any) -> dict[str, Any]:
    answer = freeze(course, **body)
    assert answer.status == 200, answer.text
    return answer.json


def test_a_frozen_grade_stays_whatever_is_graded_later(course: Class):
    learner, other = course.learner(), course.learner()
    path = new_assignment(course, points=10)
    given(course.owner, path, learner.id, points=8)
    override = {"user_id": other.id, "version": 0, "percent": 91, "why": "Oral exam"}
    changed(course, overrides=[override])
    done = frozen(course, why="End of term")
    assert (done["learners"], done["frozen"]["by"], done["version"]) == (2, course.owner.id, 1)
    assert frozen(course)["frozen"] == done["frozen"], "again changes nothing"
    given(course.owner, path, learner.id, 1, points=1)
    assert course.owner.post(f"{path}/release", {}).status == 200
    seen = row(course.owner, course, learner, f"?learner={learner.id}")
    assert (seen["final"]["percent"], seen["letter"]) == (10, "B")
    assert (seen["frozen"]["percent"], seen["frozen"]["letter"], seen["frozen"]["by"]) == (80, "B", course.owner.id)
    assert "80.00 %" in " ".join(seen["frozen"]["derivation"])
    own = page(learner, course)
    assert (own["items"][0]["frozen"]["percent"], own["frozen"]["why"]) == (80, "End of term")
    second = row(course.owner, course, other)
    assert (second["frozen"]["percent"], second["frozen"]["computed"], second["letter"]) == (91, None, "A")
    assert second["frozen"]["derivation"] is None


def test_a_learner_sees_a_frozen_grade_once_all_that_it_was_made_of_is_released(course: Class):
    learner = course.learner()
    path = new_assignment(course, points=10)
    given(course.owner, path, learner.id, points=8)
    frozen(course)
    assert row(course.owner, course, learner)["letter"] == "B"
    own = page(learner, course)["items"][0]
    assert (own["frozen"], own["letter"]) == (None, None)
    assert course.owner.post(f"{path}/release", {}).status == 200
    later = new_assignment(course, points=10)
    given(course.owner, later, learner.id, points=1)
    seen = page(learner, course)["items"][0]["frozen"]
    assert seen["percent"] == 80 and "graded" not in seen, "whatever is held since then"


def test_of_a_quiz_that_never_tells_what_is_right_the_total_counts_and_is_seen(api: Api):
    quiz = sitting(api, TRUE_FALSE, SHORT, feedback_release="never")
    course = Class(api, quiz.owner, quiz.course_id)
    quiz.taken({"1": True, "2": "Rome"})
    frozen(course)
    own = page(quiz.learner, course)["items"][0]
    assert (own["cells"][0]["score"], own["final"]["percent"]) == (66.666667, 66.67)
    assert (own["frozen"]["percent"], own["letter"]) == (66.67, "D")
    quiz.change(published=False)
    assert page(quiz.learner, course)["items"][0]["frozen"]["percent"] == 66.67


def test_what_does_not_count_hides_no_frozen_grade_and_what_does_hides_it_until_its_release(course: Class):
    learner = course.learner()
    counted, excused, elsewhere = (new_assignment(course, title=title, points=10) for title in "ABC")
    given(course.owner, counted, learner.id, points=8)
    given(course.owner, excused, learner.id, excused=True)
    given(course.owner, elsewhere, learner.id, points=1)
    changed(course, 0, categories=[WORK], columns=[placed(counted), placed(excused), placed(elsewhere, None)])
    frozen(course)
    assert course.owner.post(f"{counted}/release", {}).status == 200
    held = page(learner, course)["items"][0]
    assert held["frozen"] is None, "the derivation says who is excused"
    assert (held["cells"][1]["excused"], held["cells"][1]["submitted"]) == (False, True), "as if it waited"
    assert course.owner.patch(excused, {"published": False}).status == 200
    assert page(learner, course)["items"][0]["frozen"] is None
    assert course.owner.post(f"{excused}/release", {}).status == 200
    own = page(learner, course)
    assert [column["title"] for column in own["columns"]] == ["A", "C"]
    assert own["items"][0]["frozen"]["percent"] == 80


def test_who_comes_after_the_freeze_has_no_frozen_grade_and_who_leaves_keeps_it(course: Class):
    leaves = course.learner()
    given(course.owner, new_assignment(course, points=10), leaves.id, points=8)
    frozen(course)
    comes = course.learner()
    assert row(course.owner, course, comes)["frozen"] is None
    assert course.owner.delete(f"{course.path}/enrollments/{leaves.id}").status in (200, 204)
    assert [each["user_id"] for each in page(course.owner, course)["items"]] == [comes.id]
    kept = row(course.owner, course, leaves, f"?learner={leaves.id}")
    assert kept["frozen"]["percent"] == 80


def test_what_is_frozen_is_changed_only_once_it_is_unfrozen_with_a_reason(course: Class):
    from lms.audit import audit_log
    from lms.gradebook.repository import final_grades, history

    learner = course.learner()
    changed(course, 0, categories=[EXAM], columns=[ORAL], cells=[cell(learner, 24)])
    dry = tried(course, f"id,Oral exam\n{learner.id},30")
    frozen(course)
    scheme = {"bands": [{"label": "Pass", "least": 0}]}
    headers = {"If-Match": '"2"'}
    refused = [
        change(course, cells=[cell(learner, 30, 1)]),
        change(course, 2, columns=[]),
        course.owner.put(f"{course.path}/grading-scheme", scheme, headers=headers),
        bring(course, f"id,Oral exam\n{learner.id},30", dry_run=False, basis=dry["basis"]),
    ]
    assert [(each.status, each.json["code"]) for each in refused] == [(409, "GRADES_FROZEN")] * 4
    assert freeze(course, frozen=False).status == 422
    thawed = frozen(course, frozen=False, why="Appeal of 3 May")
    assert (thawed["frozen"], thawed["version"]) == (None, 3)
    changed(course, cells=[cell(learner, 30, 1)])
    frozen(course)
    assert row(course.owner, course, learner)["frozen"]["percent"] == 100
    kept = list(final_grades().find({"course_id": ObjectId(course.id)}).sort("_id", 1))
    assert [(each["percent"], each["version"]) for each in kept] == [(80, 1), (100, 3)], "each freeze keeps its own"
    assert kept[0]["bands"] == page(course.owner, course)["bands"]
    logged = [(each["what"], each["why"]) for each in history(ObjectId(course.id), None)]
    assert logged == [("settings", None), ("freeze", None), ("freeze", "Appeal of 3 May"), ("freeze", None)]
    told = [event["type"] for event in events_of(course.id) if "frozen" in event["type"]]
    assert told == ["gradebook.frozen", "gradebook.unfrozen", "gradebook.frozen"]
    audited = audit_log().find({"target_id": ObjectId(course.id), "action": "gradebook.unfrozen"})
    assert [each["detail"]["why"] for each in audited] == ["Appeal of 3 May"]


def test_work_that_is_graded_blindly_is_released_first(course: Class):
    course.learner()
    course.owner.post(f"{course.path}/assignments", {"title": "Next year's", "blind": True})
    path = new_assignment(course, blind=True)
    answer = freeze(course)
    assert (answer.status, answer.json["code"]) == (409, "BLIND_GRADES_HELD")
    assert answer.json["column_ids"] == [path.rpartition("/")[2]]
    assert course.owner.post(f"{path}/release", {}).status == 200
    assert frozen(course)["learners"] == 1


def test_a_freeze_builds_on_a_version_and_learners_do_not_freeze(course: Class):
    learner = course.learner()
    url = f"{course.path}/gradebook/freeze"
    assert course.owner.post(url, {}, headers={"If-Match": '"7"'}).status == 412
    assert learner.post(url, {}).status == 403
    assert page(course.owner, course)["frozen"] is None


def test_a_cell_that_changes_while_grades_freeze_is_in_them_or_refused(course: Class):
    from lms.gradebook import changing, freezing
    from lms.gradebook.models.change import GradebookChange
    from lms.gradebook.models.freeze import FreezeRequest

    learner, access = course.learner(), owners_access(course)
    changed(course, 0, categories=[EXAM], columns=[ORAL], cells=[cell(learner, 15)])
    body = GradebookChange.model_validate({"cells": [cell(learner, 30, 1)]})
    changing_it = partial(endings, partial(changing.change, access, body, None))
    freezing_it = partial(endings, partial(freezing.freeze, access, FreezeRequest(), None))
    [ending], [ok] = results(changing_it, freezing_it)
    seen = row(course.owner, course, learner)["frozen"]["percent"]
    assert ok == "ok" and (ending, seen) in {("ok", 100), ("GRADES_FROZEN", 50)}
