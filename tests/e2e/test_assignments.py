"""From a rubric to what a group's learner sees of an assignment, and into the next year, over HTTP."""

from tests.functions.assessments.assigned import RUBRIC
from tests.people import Api
from tests.taught import asked, taught

QUESTION = {"prompt": "Are leaves green?", "content": {"kind": "true_false", "answer": True}}


def test_an_assignment_is_set_for_groups_and_taken_over_into_the_next_year(stack_api: Api):
    teacher = stack_api.person("instructor")
    course = taught(stack_api, teacher, [QUESTION])
    slow, quick = course.learner(), course.learner()
    rubric = asked(teacher, "POST", f"{course.path}/rubrics", RUBRIC, 201)
    groups = {"sets": [{"name": "Pairs", "groups": [{"name": "One", "member_ids": [slow.id, quick.id]}]}]}
    pairs = asked(teacher, "PUT", f"{course.path}/groups", groups)["sets"][0]
    work = {
        "title": "Leaves",
        "points": 20,
        "rubric_id": rubric["id"],
        "group_set_id": pairs["id"],
        "due_at": "2999-01-02T09:00:00.000Z",
        "ai_grading": {"mode": "suggest"},
        "reference_answers": ["Chlorophyll"],
    }
    path = f"/assignments/{asked(teacher, 'POST', f'{course.path}/assignments', work, 201)['id']}"
    asked(quick, "GET", path, status=404)
    asked(teacher, "PATCH", path, {"published": True})
    later = [{"user_id": slow.id, "due_at": "2999-01-05T09:00:00.000Z"}]
    asked(teacher, "PUT", f"{path}/overrides", {"overrides": later})

    seen = asked(quick, "GET", path)
    assert (seen["due_at"], seen["ai_takes_part"], seen["reference_answers"]) == (later[0]["due_at"], True, None)
    assert seen["rubric"]["points"] == rubric["points"] == 5.5
    members = asked(quick, "GET", f"{course.path}/groups")["sets"][0]["groups"][0]["members"]
    assert [each["user_id"] for each in members] == [slow.id, quick.id]
    items = asked(slow, "GET", "/users/me/agenda?from=2999-01-01T00:00:00Z&to=2999-01-31T00:00:00Z")["items"]
    assert [(each["kind"], each["at"]) for each in items] == [("due", later[0]["due_at"])]

    assert teacher.delete(f"/rubrics/{rubric['id']}").json["code"] == "RUBRIC_IN_USE"
    next_year = asked(teacher, "POST", f"{course.path}/duplicate", status=201)["id"]
    [copied] = asked(teacher, "GET", f"/courses/{next_year}/assignments")["items"]
    taken_over = asked(teacher, "GET", f"/assignments/{copied['id']}")["rubric"]
    assert taken_over["criteria"] == rubric["criteria"] and taken_over["id"] != rubric["id"]
