"""Submissions compared by the queue's worker, over HTTP."""

from tests.following import eventually
from tests.people import Api
from tests.taught import asked, taught

QUESTION = {"prompt": "Are leaves green?", "content": {"kind": "true_false", "answer": True}}
LEAVES = (
    "Leaves turn light into sugar with the help of chlorophyll, a green pigment that stands in small bodies in the "
    "cells. In autumn the tree takes the pigment back, and other colours come to light that were there all along."
)


def test_what_two_have_in_common_is_found_by_the_worker(stack_api: Api) -> None:
    course = taught(stack_api, stack_api.person("instructor"), [QUESTION])
    new = {"title": "Leaves", "similarity": {"enabled": True}}
    path = f"/assignments/{asked(course.teacher, 'POST', f'{course.path}/assignments', new, 201)['id']}"
    asked(course.teacher, "PATCH", path, {"published": True})
    first, second = (
        asked(course.learner(), "POST", f"{path}/submissions", {"text": text}, 201)
        for text in (LEAVES, f"In my own words. {LEAVES}")
    )
    job_id = asked(course.teacher, "POST", f"{path}/similarity", None, 202)["job_id"]
    eventually(lambda: asked(course.teacher, "GET", f"/jobs/{job_id}")["status"] == "succeeded")
    [pair] = asked(course.teacher, "GET", f"{path}/similarity")["items"]
    assert (pair["earlier"]["submission_id"], pair["later"]["submission_id"]) == (first["id"], second["id"])
    [found] = asked(course.teacher, "GET", f"/submissions/{second['id']}/similarity")["items"]
    matches = found["parts"][0]["matches"]
    assert any(second["text"][match["own"]["start"] : match["own"]["end"]] in LEAVES for match in matches)
