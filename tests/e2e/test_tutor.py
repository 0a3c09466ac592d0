"""The tutor and the telling of performance without a model, over HTTP and the queue."""

from tests.following import finished
from tests.people import Api
from tests.taught import asked, taught

QUESTION = {"prompt": "?", "content": {"kind": "true_false", "answer": True}, "pool": "p"}
TEXT = "Photosynthesis turns light into sugar.\n\nChlorophyll is the green pigment that absorbs light."


def test_a_learner_asks_and_is_told_how_they_are_doing(stack_api: Api):
    course = taught(stack_api, stack_api.person("instructor"), [QUESTION])
    blocks = [{"kind": "markdown", "text": TEXT}]
    asked(course.teacher, "PATCH", f"{course.path}/lessons/{course.lessons[1]}", {"blocks": blocks})
    learner = course.learner()
    question = {"course_id": course.id, "question": "What is chlorophyll?"}
    [sentence] = asked(learner, "POST", "/ai/ask", question)["sentences"]
    assert sentence["citations"][0]["quote"] in TEXT
    assert asked(learner, "POST", "/ai/ask", {**question, "question": "Who was Napoleon?"})["answered"] is False
    attempt = asked(learner, "POST", f"{course.quiz}/attempts", {}, 201)
    assert asked(learner, "POST", "/ai/ask", question, 409)["code"] == "QUIZ_OPEN"
    asked(learner, "POST", f"/attempts/{attempt['id']}/submit")
    job_id = asked(learner, "POST", "/ai/analyze-performance", {"course_id": course.id}, 202)["job_id"]
    job = finished(learner, job_id)
    assert job["status"] == "succeeded", job
    analysis = job["result"]["analysis"]
    assert any("not enough answers yet" in each["text"] for each in analysis["sentences"])
    found = asked(learner, "GET", "/ai/usage")
    assert (found["calls"], found["jobs"], found["cost_usd"]) == (0, 1, 0.0)
