"""Peer reviews by the running stack's schedule, from what is handed in to what its author reads."""

from infra.local.stack import Stack
from tests.people import Api
from tests.taught import asked, taught

QUESTION = {"prompt": "Are leaves green?", "content": {"kind": "true_false", "answer": True}}


def test_learners_review_each_other_and_authors_read_it_once_it_is_released(stack: Stack, stack_api: Api) -> None:
    course = taught(stack_api, stack_api.person("instructor"), [QUESTION])
    wanted = {"count": 1, "days": 7, "criteria": "comments"}
    new = {"title": "Leaves", "due_at": "2026-01-31T09:00:00Z", "peer_reviews": wanted}
    path = f"/assignments/{asked(course.teacher, 'POST', f'{course.path}/assignments', new, 201)['id']}"
    asked(course.teacher, "PATCH", path, {"published": True})
    ada, ben = course.learner(), course.learner()
    work = asked(ada, "POST", f"{path}/submissions", {"text": "Leaves turn light into sugar."}, 201)
    asked(ben, "POST", f"{path}/submissions", {"text": "Roots drink."}, 201)
    stack.schedules.fire("AllocateReviewsFunction")

    listed = ben.get("/users/me/reviews")
    [review] = listed.json["items"]
    assert (review["work"]["text"], review["state"]) == ("Leaves turn light into sugar.", "open")
    assert ada.id not in listed.text
    said = ben.put(f"/reviews/{review['id']}", {"comment": "Of what?"}, headers={"If-Match": '"1"'})
    assert (said.status, said.json["state"]) == (200, "done"), said.text
    [known] = asked(course.teacher, "GET", f"/submissions/{work['id']}/reviews")["items"]
    assert known["reviewer"]["user_id"] == ben.id
    assert asked(ada, "GET", f"/submissions/{work['id']}/reviews")["items"] == []
    asked(course.teacher, "POST", f"{path}/release", {})
    seen = ada.get(f"/submissions/{work['id']}/reviews")
    assert [row["comment"] for row in seen.json["items"]] == ["Of what?"] and ben.id not in seen.text
