"""An appeal from the released grade to its answer, with two who answer at once, over HTTP."""

from tests.at_once import results
from tests.people import Answer, Api
from tests.taught import asked, taught

QUESTION = {"prompt": "Are leaves green?", "content": {"kind": "true_false", "answer": True}}


def test_a_learner_appeals_and_is_answered_once_with_a_changed_grade(stack_api: Api) -> None:
    course = taught(stack_api, stack_api.person("instructor"), [QUESTION])
    new = {"title": "Leaves", "points": 10, "appeal_days": 7, "release": "at_once"}
    path = f"/assignments/{asked(course.teacher, 'POST', f'{course.path}/assignments', new, 201)['id']}"
    asked(course.teacher, "PATCH", path, {"published": True})
    learner = course.learner()
    work = asked(learner, "POST", f"{path}/submissions", {"text": "Leaves turn light into sugar."}, 201)["id"]
    url = f"{path}/grades/{learner.id}"
    assert course.teacher.put(url, {"points": 5}, headers={"If-Match": '"0"'}).status == 200

    reason = {"reason": "Which light, I have said on page two."}
    answers = results(*[lambda: learner.post(f"/submissions/{work}/appeal", reason)] * 3)
    assert sorted(answer.status for answer in answers) == [200, 200, 201]
    assert len({answer.json["id"] for answer in answers}) == 1
    [seen] = asked(course.teacher, "GET", f"{course.path}/appeals?state=open")["items"]
    better = {"points": 7, "why": "Page two"}
    assert course.teacher.put(url, better, headers={"If-Match": '"1"'}).status == 200

    def answer() -> Answer:
        said = {"answer": "You have: two points more.", "grade_version": 2}
        return course.teacher.post(f"/appeals/{seen['id']}/resolve", said, headers={"If-Match": '"1"'})

    assert sorted(each.status for each in results(answer, answer)) == [200, 412]
    [done] = asked(learner, "GET", f"{course.path}/appeals")["items"]
    assert (done["state"], done["grade_version"], done["answer"]) == ("resolved", 2, "You have: two points more.")
    assert asked(learner, "GET", "/users/me/grades")["items"][0]["score"] == 7
