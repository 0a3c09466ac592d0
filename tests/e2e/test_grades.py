"""A blind assignment from hand-in to released grade, with graders who grade it at once, over HTTP."""

from functools import partial

from tests.at_once import results
from tests.people import Answer, Api
from tests.taught import asked, taught

QUESTION = {"prompt": "Are leaves green?", "content": {"kind": "true_false", "answer": True}}


def test_of_blind_graders_at_once_one_grades_and_learners_see_it_released(stack_api: Api) -> None:
    course = taught(stack_api, stack_api.person("instructor"), [QUESTION])
    new = {"title": "Leaves", "points": 10, "blind": True}
    path = f"/assignments/{asked(course.teacher, 'POST', f'{course.path}/assignments', new, 201)['id']}"
    asked(course.teacher, "PATCH", path, {"published": True})
    learner = course.learner()
    made = asked(learner, "POST", f"{path}/submissions", {"text": "Leaves turn light into sugar."}, 201)

    [row] = asked(course.teacher, "GET", f"{path}/grades")["items"]
    assert (row["submission"]["id"], row["name"]) == (made["id"], None)
    assert row["user_id"] != learner.id
    url = f"{path}/grades/{row['user_id']}"

    def grade(points: int) -> Answer:
        return course.teacher.put(url, {"points": points}, headers={"If-Match": '"0"'})

    answers = results(*(partial(grade, points) for points in (5, 6, 7, 8)))
    assert sorted(answer.status for answer in answers) == [200, 412, 412, 412]
    [given] = [answer.json for answer in answers if answer.status == 200]
    assert asked(learner, "GET", "/users/me/grades")["items"] == []
    assert asked(course.teacher, "POST", f"{path}/release", {})["released"] == 1
    [seen] = asked(learner, "GET", "/users/me/grades")["items"]
    assert (seen["score"], seen["user_id"], seen["submission_id"]) == (given["score"], learner.id, made["id"])
    assert asked(course.teacher, "GET", f"{path}/grades")["items"][0]["user_id"] == learner.id
