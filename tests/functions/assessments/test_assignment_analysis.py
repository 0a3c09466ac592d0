"""GET /assignments/{id}/analysis"""

from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId

from lms import clock
from tests.contract.test_role_matrix import suggested
from tests.functions.assessments.assigned import levels, new_assignment, new_rubric, put_groups
from tests.functions.assessments.submitting import handed_in, in_minutes
from tests.functions.assessments.test_grades import give, given
from tests.functions.assessments.test_submissions import assistant
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Api, Person


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def analysis(person: Person, path: str) -> dict[str, Any]:
    answer = person.get(f"{path}/analysis")
    assert answer.status == 200, answer.text
    return answer.json


def test_before_anything_is_graded_nothing_is_defined(course: Class):
    path, learner = new_assignment(course), course.learner()
    found = analysis(course.owner, path)
    assert (found["learners"], found["scores"]["count"], found["scores"]["mean"]) == (1, 0, None)
    assert (found["criteria"], found["missing"], found["grading"]["waiting"]) == ([], 0, 0)
    assert (found["agreement"]["pairs"], found["agreement"]["kappa"], found["agreement"]["drift"]) == (0, None, [])
    assert learner.get(f"{path}/analysis").status == 403


def test_scores_times_and_who_is_late_missing_or_excused(course: Class):
    from lms.submissions.repository import submissions

    path = new_assignment(course, points=10, due_at=in_minutes(-60))
    extended, absent, oral, ill, waiting, *graded = [course.learner() for _ in range(8)]
    override = {"user_id": extended.id, "due_at": in_minutes(60)}
    assert course.owner.put(f"{path}/overrides", {"overrides": [override]}).status == 200
    works = [handed_in(each, path, text=f"My work {each.id}") for each in (*graded, waiting)]
    for hours, work in enumerate(works, start=1):
        earlier = {"submitted_at": clock.now() - timedelta(hours=hours)}
        submissions().update_one({"_id": ObjectId(work["id"])}, {"$set": earlier})
    for learner, points in zip(graded, (2, 4, 9), strict=True):
        given(course.owner, path, learner.id, points=points)
    given(course.owner, path, graded[0].id, 1, points=3)
    given(course.owner, path, oral.id, points=10)
    given(course.owner, path, ill.id, excused=True)
    found = analysis(course.owner, path)
    assert found["learners"] == 8
    assert (found["scores"]["count"], found["scores"]["mean"], found["scores"]["median"]) == (4, 6.5, 6.5)
    assert found["scores"]["histogram"] == [0, 0, 0, 1, 1, 0, 0, 0, 0, 2]
    assert (found["late"], found["missing"], found["excused"]) == (4, 1, 1)
    grading = found["grading"]
    assert (grading["count"], grading["waiting"]) == (3, 1)
    assert grading["median_seconds"] == pytest.approx(7200, abs=60)
    assert grading["p90_seconds"] == pytest.approx(10080, abs=60)
    [row] = [each for each in submissions().find({"_id": ObjectId(works[3]["id"])})]
    assert grading["oldest_waiting_since"] == row["submitted_at"].strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{row['submitted_at'].microsecond // 1000:03}Z"
    )
    assert absent.id not in course.owner.get(f"{path}/analysis").text


def test_criteria_by_level_over_all_versions_of_the_rubric(course: Class):
    rubric = new_rubric(course)
    argument, style = rubric["criteria"]
    path = new_assignment(course, rubric_id=rubric["id"], takes=["text"])
    people = [course.learner() for _ in range(3)]
    for learner in people:
        handed_in(learner, path, text=f"Work {learner.id}")
    for learner, points in zip(people, (4, 3, 0), strict=True):
        said = [
            {"criterion_id": argument["id"], "points": points},
            {"criterion_id": style["id"], "level_id": style["levels"][0]["id"]},
        ]
        given(course.owner, path, learner.id, criteria=said)
    first, second = analysis(course.owner, path)["criteria"]
    if first["criterion_id"] != argument["id"]:
        first, second = second, first
    assert (first["title"], first["points"], first["count"]) == ("Argument", 4, 3)
    assert (first["mean"], first["best_share"], first["between"]) == (2.3333, 0.3333, 1)
    assert {each["points"]: each["count"] for each in first["levels"]} == {4: 1, 2.5: 0, 0: 1}
    assert (second["mean"], second["best_share"], second["between"]) == (1.5, 1, 0)


def test_people_and_the_ai_are_held_against_each_other_once_for_a_group(course: Class):
    from lms.grading.repository import suggestions
    from lms.submissions.repository import submissions

    criterion = {"title": "Argument", "levels": levels(3, 2, 1, 0)}
    rubric = new_rubric(course, criteria=[criterion])
    [argument] = rubric["criteria"]
    group = [course.learner(), course.learner()]
    alone = [[course.learner()] for _ in range(3)]
    made = put_groups(course, group, *alone)
    path = new_assignment(course, rubric_id=rubric["id"], group_set_id=made["id"])
    for [learner, *_], person, machine in zip((group, *alone), (3, 2, 0, 1), (3, 2, 1, None), strict=True):
        work = handed_in(learner, path, text=f"Work {learner.id}")
        row = submissions().find_one({"_id": ObjectId(work["id"])})
        assert row
        for points in (0, machine):
            said = {"criterion_id": ObjectId(argument["id"]), "points": points}
            theirs = {name: row[name] for name in ("assignment_id", "course_id", "rubric")}
            suggestions().insert_one({**suggested(), **theirs, "submission_id": row["_id"], "criteria": [said]})
        level = next(each["id"] for each in argument["levels"] if each["points"] == person)
        said = [{"criterion_id": argument["id"], "level_id": level}]
        answer = give(course.owner, path, learner.id, criteria=said, group=True)
        assert answer.status == 200, answer.text
    found = analysis(course.owner, path)["agreement"]
    assert (found["pairs"], found["within_one"], found["drift"]) == (3, 1, [])
    assert found["exact"] == pytest.approx(2 / 3)
    # One square of a distance is seen; so many are expected of independent graders with the same shares.
    persons, machines = (3, 2, 0), (3, 2, 1)
    expected = sum((one - other) ** 2 for one in persons for other in machines) / 3
    assert found["kappa"] == pytest.approx(1 - 1 / expected)
    # Means 5/3 and 2, variances 14/9 and 6/9.
    assert found["shift"] == pytest.approx((1 / 3) / (10 / 9) ** 0.5)
    assert [each["title"] for each in found["criteria"]] == ["Argument"]
    assert found["unseen"] == 0


def test_versions_of_a_rubric_are_counted_together_each_by_its_own_best_level(course: Class):
    rubric = new_rubric(course)
    argument, style = rubric["criteria"]
    path = new_assignment(course, rubric_id=rubric["id"])
    before, after = course.learner(), course.learner()
    handed_in(before, path, text="x")
    best, *worse = argument["levels"]
    changed = [{**argument, "title": "Reasons", "levels": [{**best, "points": 8}, *worse]}, style]
    assert course.owner.patch(f"/rubrics/{rubric['id']}", {"criteria": changed}).status == 200
    handed_in(after, path, text="y")
    said = [{"criterion_id": each["id"], "level_id": each["levels"][0]["id"]} for each in (argument, style)]
    for learner in (before, after):
        given(course.owner, path, learner.id, criteria=said)
    found = {each["criterion_id"]: each for each in analysis(course.owner, path)["criteria"]}[argument["id"]]
    assert (found["title"], found["points"], found["count"]) == ("Reasons", 8, 2)
    assert (found["mean"], found["best_share"], found["between"]) == (6, 1, 0)
    assert [(each["points"], each["count"]) for each in found["levels"]] == [(8, 2), (2.5, 0), (0, 0)]


def test_figures_are_of_those_whom_the_caller_sees(course: Class):
    path, cohort = new_assignment(course, due_at=in_minutes(60)), course.cohort()
    mine, other = course.learner(), course.learner()
    course.put_into(cohort, mine)
    for learner in (mine, other):
        handed_in(learner, path, text=learner.id)
        given(course.owner, path, learner.id, points=5)
    for person, number in ((course.owner, 2), (assistant(course, cohort), 1)):
        found = analysis(person, path)
        assert (found["learners"], found["scores"]["count"], found["grading"]["count"]) == (number,) * 3
        assert found["late"] == 0


def test_nobody_is_missing_whose_group_still_has_time(course: Class):
    ada, ben, alone = (course.learner() for _ in range(3))
    groups = put_groups(course, [ada, ben], [alone])
    path = new_assignment(course, due_at=in_minutes(-60), group_set_id=groups["id"])
    override = {"user_id": ben.id, "due_at": in_minutes(60)}
    assert course.owner.put(f"{path}/overrides", {"overrides": [override]}).status == 200
    assert analysis(course.owner, path)["missing"] == 1


def test_only_a_persons_grade_by_the_same_rubric_is_held_against_a_suggestion(course: Class):
    from lms.grades.repository import grades
    from lms.grading.repository import suggestions
    from lms.submissions.repository import submissions

    rubric = new_rubric(course, criteria=[{"title": "Argument", "levels": levels(1, 0)}])
    [argument] = rubric["criteria"]
    path = new_assignment(course, rubric_id=rubric["id"])
    for version, origin in ((1, "person"), (2, "person"), (1, "ai")):
        learner = course.learner()
        work = {"submission_id": ObjectId(handed_in(learner, path, text=learner.id)["id"])}
        row = submissions().find_one({"_id": work["submission_id"]})
        assert row
        given(course.owner, path, learner.id, criteria=[{"criterion_id": argument["id"], "points": 1}])
        grades().update_one(work, {"$set": {"origin": origin}})
        said = {"criterion_id": ObjectId(argument["id"]), "points": 1}
        pin = {"id": ObjectId(rubric["id"]), "version": version}
        theirs = {"assignment_id": row["assignment_id"], "job_id": ObjectId(), "rubric": pin, "criteria": [said]}
        suggestions().insert_one({**suggested(), **theirs, **work})
    found = analysis(course.owner, path)["agreement"]
    assert (found["pairs"], found["unseen"]) == (1, 1)
