"""Essays of quizzes along a rubric: POST /attempts/{id}/grade; POST, GET /attempts/{id}/ai-grade."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from infra.local.stack import Stack
from lms import clock
from lms.attempts import finishing
from lms.attempts.repository import attempts
from lms.courses.repository import courses
from lms.jobs.repository import jobs
from lms.spending.repository import budgets
from tests.at_once import results
from tests.core.ai.assessed import REFERENCE, RIGHT
from tests.following import eventually
from tests.functions.assessments.assigned import levels, new_rubric
from tests.functions.assessments.grading import asked, message
from tests.functions.assessments.sitting import TRUE_FALSE, Sitting, sitting
from tests.functions.courses.enrolled import Class
from tests.gemini_server import FakeGemini
from tests.mongo_commands import recorded
from tests.people import Answer, Api

CRITERIA = [
    {"title": "Explanation", "ranged": True, "levels": levels(3, 0)},
    {"title": "Style", "levels": levels(1, 0)},
]
ESSAY = {"prompt": "Why are leaves green?", "content": {"kind": "essay", "references": [REFERENCE]}, "points": 8}


@pytest.fixture
def gemini(ground: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGemini]:
    with asked(ground, monkeypatch) as server:
        yield server


def jobs_of(attempt: dict[str, Any]) -> list[dict[str, Any]]:
    return list(jobs().find({"attempt_id": ObjectId(attempt["id"])}).sort("_id", 1))


def rubric_of(quiz: Sitting) -> dict[str, Any]:
    return new_rubric(Class(quiz.api, quiz.owner, quiz.course_id), criteria=CRITERIA)


def graded_along(quiz: Sitting, rubric: dict[str, Any]) -> None:
    """The quiz's only question from now on."""
    answer = quiz.owner.patch(
        f"/questions/{quiz.questions[0]}", {"content": {**ESSAY["content"], "rubric_id": rubric["id"]}}
    )
    assert answer.status == 200, answer.text


def give(quiz: Sitting, attempt: dict[str, Any], **said: Any) -> Answer:
    why = {"why": said.pop("why")} if "why" in said else {}
    etag = quiz.owner.get(f"/attempts/{attempt['id']}").headers["etag"]
    body = {"items": [{"item_id": "1", **said}], **why}
    return quiz.owner.post(f"/attempts/{attempt['id']}/grade", body, headers={"If-Match": etag})


def by(rubric: dict[str, Any], *points: float) -> list[dict[str, Any]]:
    ids = [each["id"] for each in rubric["criteria"]]
    return [{"criterion_id": _id, "points": each} for _id, each in zip(ids, points, strict=True)]


def test_an_essay_is_graded_along_the_rubric_as_it_was_when_the_attempt_began(api: Api):
    quiz = sitting(api, ESSAY)
    rubric = rubric_of(quiz)
    graded_along(quiz, rubric)
    started = quiz.start()
    assert REFERENCE not in str(started) and rubric["id"] not in str(started)
    changed = {"criteria": [{**CRITERIA[0], "levels": levels(100, 0)}]}
    assert quiz.owner.patch(f"/rubrics/{rubric['id']}", changed).status == 200
    quiz.save(started["id"], {"1": RIGHT})
    done = quiz.submit(started["id"])
    assert REFERENCE not in str(done)
    wrong = give(quiz, done, criteria=by(rubric, 3.5, 1))
    assert (wrong.status, wrong.json["errors"][0]["pointer"]) == (422, "/items/0/criteria/0/points")
    assert give(quiz, done, points=1, criteria=by(rubric, 1, 1)).status == 422
    graded = give(quiz, done, criteria=by(rubric, 1.5, 1), comment="Shorter, please.")
    assert graded.status == 200, graded.text
    assert graded.json["score"]["score"] == 5
    seen = quiz.learner.get(f"/attempts/{done['id']}").json["items"][0]["result"]
    assert [(each["title"], each["level"], each["points"], each["worth"]) for each in seen["criteria"]] == [
        ("Explanation", None, 1.5, 3),
        ("Style", "Level 1", 1, 1),
    ]
    assert (seen["comment"], seen["ai"]) == ("Shorter, please.", None)
    assert REFERENCE not in quiz.learner.get(f"/attempts/{done['id']}").text


def test_what_the_learner_has_seen_changes_only_with_a_reason_which_is_kept(api: Api):
    quiz = sitting(api, ESSAY)
    done = quiz.taken({"1": RIGHT})
    assert give(quiz, done, points=4).status == 200
    assert give(quiz, done, points=4, comment="Fine.").status == 200
    refused = give(quiz, done, points=6)
    assert (refused.status, refused.json["code"]) == (422, "WHY_NEEDED")
    assert give(quiz, done, points=6, why="Misread").json["score"]["score"] == 6
    row = attempts().find_one({"_id": ObjectId(done["id"])})
    assert row
    last = row["history"][-1]
    assert (str(last["by"]), last["why"], last["items"]) == (
        quiz.owner.id,
        "Misread",
        [{"item_id": "1", "from": 0.5, "to": 0.75}],
    )
    quiz.change(feedback_release="after_close")
    assert give(quiz, done, points=5).status == 200


def test_a_rubric_must_be_the_courses(api: Api):
    quiz, other = sitting(api, ESSAY), sitting(api, ESSAY)
    content = {**ESSAY["content"], "rubric_id": rubric_of(other)["id"]}
    for answer in (
        quiz.owner.post(f"/courses/{quiz.course_id}/questions", {**ESSAY, "content": content}),
        quiz.owner.patch(f"/questions/{quiz.questions[0]}", {"content": content}),
    ):
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/content/rubric_id")
    done = quiz.taken({"1": RIGHT})
    refused = give(quiz, done, criteria=by(rubric_of(quiz), 1, 1))
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/items/0/criteria")


def test_a_copy_of_the_course_has_its_own_rubric(api: Api):
    quiz = sitting(api, ESSAY)
    rubric = rubric_of(quiz)
    graded_along(quiz, rubric)
    copy = quiz.owner.post(f"/courses/{quiz.course_id}/duplicate", {}).json["id"]
    [question] = quiz.owner.get(f"/courses/{copy}/questions").json["items"]
    copied = quiz.owner.get(f"/rubrics/{question['content']['rubric_id']}").json
    assert copied["course_id"] == copy and copied["id"] != rubric["id"]


def test_an_ai_suggests_and_changes_nothing(api: Api, gemini: FakeGemini):
    quiz = sitting(api, ESSAY)
    rubric = rubric_of(quiz)
    graded_along(quiz, rubric)
    path = f"/attempts/{(attempt := quiz.start())['id']}"
    assert quiz.owner.post(f"{path}/ai-grade").json["code"] == "AI_GRADING_OFF"
    quiz.change(ai_grading="suggest")
    assert quiz.owner.post(f"{path}/ai-grade").json["code"] == "ATTEMPT_OPEN"
    quiz.save(attempt["id"], {"1": RIGHT})
    quiz.submit(attempt["id"])
    assert quiz.owner.get(f"{path}/ai-grade").status == 404
    before = quiz.owner.get(path).headers["etag"]
    accepted = quiz.owner.post(f"{path}/ai-grade")
    assert accepted.status == 202, accepted.text
    for _ in range(2):
        assert message(ObjectId(accepted.json["job_id"]), "essay-1") == []
    job = quiz.owner.get(accepted.headers["location"]).json
    assert (job["status"], job["result"]["report"]) == ("succeeded", f"{path}/ai-grade")
    [found] = quiz.owner.get(f"{path}/ai-grade").json["items"]
    assert (found["item_id"], found["provider"], found["worth"], found["decision"]["applies"]) == (
        "1",
        "gemini",
        4,
        False,
    )
    assert [each["criterion_id"] for each in found["criteria"]] == [each["id"] for each in rubric["criteria"]]
    assert found["independent"] and found["tokens"]["input"] > 0 and len(gemini.calls) == 1
    assert quiz.owner.get(path).headers["etag"] == before
    assert quiz.learner.get(f"{path}/ai-grade").status == quiz.learner.post(f"{path}/ai-grade").status == 403
    assert quiz.learner.id not in str(gemini.calls[0]["body"])
    assert give(quiz, attempt, points=4).status == 200
    seen = quiz.learner.get(path).json["items"][0]["result"]["ai"]
    assert (seen["part"], seen["suggestion_id"]) == ("suggested", found["id"])


def test_an_attempt_that_is_open_again_is_left_alone(api: Api, gemini: FakeGemini):
    quiz = sitting(api, ESSAY, ai_grading="suggest")
    done = quiz.taken({"1": RIGHT})
    [job] = jobs_of(done)
    assert quiz.owner.post(f"/attempts/{done['id']}/reopen", {}).status == 200
    assert message(job["_id"], "essay-1") == []
    assert quiz.owner.get(f"/jobs/{job['_id']}").json["status"] == "succeeded"
    assert gemini.calls == [] and quiz.owner.get(f"/attempts/{done['id']}/ai-grade").status == 404


def test_what_is_no_more_wanted_or_of_an_earlier_hand_in_is_not_suggested(api: Api, gemini: FakeGemini):
    quiz = sitting(api, ESSAY, ai_grading="suggest")
    path = f"/attempts/{(done := quiz.taken({'1': RIGHT}))['id']}"
    quiz.change(ai_grading="off")
    [job] = jobs_of(done)
    assert message(job["_id"], "essay-1") == [] and gemini.calls == []
    quiz.change(ai_grading="suggest")
    assert quiz.owner.post(f"{path}/ai-grade").status == 202
    gemini.delay = 1.0
    with ThreadPoolExecutor(1) as worker:
        done_then = worker.submit(message, jobs_of(done)[1]["_id"], "essay-1")
        assert eventually(lambda: bool(gemini.calls))
        assert quiz.owner.post(f"{path}/reopen", {}).status == 200
        quiz.save(done["id"], {"1": REFERENCE}, seq=2)
        quiz.submit(done["id"])
        assert done_then.result() == []
    assert quiz.owner.get(f"{path}/ai-grade").status == 404
    assert {job["status"] for job in jobs_of(done)[:2]} == {"succeeded"}
    gemini.delay = 0.0
    assert message(jobs_of(done)[2]["_id"], "essay-1") == []
    [found] = quiz.owner.get(f"{path}/ai-grade").json["items"]
    assert found["job_id"] == str(jobs_of(done)[2]["_id"])


def test_what_was_suggested_before_the_attempt_was_opened_again_is_shown_no_more(api: Api, gemini: FakeGemini):
    quiz = sitting(api, ESSAY, ai_grading="suggest")
    path = f"/attempts/{(done := quiz.taken({'1': RIGHT}))['id']}/ai-grade"
    assert message(jobs_of(done)[0]["_id"], "essay-1") == []
    assert quiz.owner.get(path).status == 200
    assert quiz.owner.post(f"/attempts/{done['id']}/reopen", {}).status == 200
    assert quiz.owner.get(path).status == 404
    quiz.save(done["id"], {"1": REFERENCE}, seq=2)
    quiz.submit(done["id"])
    assert quiz.owner.get(path).status == 404
    assert give(quiz, done, points=4).json["items"][0]["result"]["ai"] is None
    assert message(jobs_of(done)[1]["_id"], "essay-1") == []
    [found] = quiz.owner.get(path).json["items"]
    assert found["job_id"] == str(jobs_of(done)[1]["_id"])


def test_the_language_of_the_course_is_the_graders(api: Api):
    quiz = sitting(api, ESSAY, ai_grading="suggest")
    assert quiz.owner.patch(f"/courses/{quiz.course_id}", {"language": "de"}).status == 200
    done = quiz.taken({"1": RIGHT})
    assert message(jobs_of(done)[0]["_id"], "essay-1") == []
    [found] = quiz.owner.get(f"/attempts/{done['id']}/ai-grade").json["items"]
    assert found["points"] is None and "English alone" in found["criteria"][0]["feedback"]


def test_handing_in_has_what_is_to_be_read_graded_once(api: Api, gemini: FakeGemini):
    quiz = sitting(api, ESSAY, TRUE_FALSE, ESSAY, ai_grading="suggest")
    started = quiz.start()
    quiz.save(started["id"], {"1": " \n", "2": True, "3": RIGHT})
    attempt = attempts().find_one({"_id": ObjectId(started["id"])})
    assert attempt
    results(*[partial(finishing.finish, attempt, attempt["user_id"], "learner")] * 4)
    quiz.submit(started["id"])
    [job] = jobs_of(started)
    assert (str(job["owner_id"]), job["item_ids"]) == (quiz.owner.id, ["3"])
    assert message(job["_id"], "essay-3") == []
    [found] = quiz.owner.get(f"/attempts/{started['id']}/ai-grade").json["items"]
    assert found["item_id"] == "3" and len(gemini.calls) == 1
    assert quiz.owner.post(f"/attempts/{started['id']}/reopen", {}).status == 200
    quiz.submit(started["id"])
    assert len(jobs_of(started)) == 2


def test_at_the_deadline_too(api: Api):
    quiz = sitting(api, ESSAY, ai_grading="suggest", time_limit_minutes=10)
    started = quiz.start()
    quiz.save(started["id"], {"1": RIGHT})
    overdue = {"ends_at": clock.now(), "deadline_at": clock.now()}
    attempts().update_one({"_id": ObjectId(started["id"])}, {"$set": overdue})
    for _ in range(2):
        finishing.close_overdue(clock.now(), 500)
    [job] = jobs_of(started)
    assert job["item_ids"] == ["1"]


def test_nobody_is_asked_about_a_blank_essay_or_by_a_quiz_that_does_not_want_it(api: Api):
    assert jobs_of(sitting(api, ESSAY).taken({"1": RIGHT})) == []
    assert jobs_of(sitting(api, ESSAY, ai_grading="suggest").taken({"1": " "})) == []


def test_a_deleted_course_hands_in_and_asks_nobody(api: Api):
    quiz = sitting(api, ESSAY, ai_grading="suggest")
    started = quiz.start()
    quiz.save(started["id"], {"1": RIGHT})
    courses().update_one({"_id": ObjectId(quiz.course_id)}, {"$set": {"deleted_at": clock.now()}})
    attempt = attempts().find_one({"_id": ObjectId(started["id"])})
    assert attempt and finishing.finish(attempt, None, "deadline")["status"] == "submitted"
    assert jobs_of(started) == []


def test_a_budget_that_is_used_up_keeps_nobody_from_handing_in(api: Api, gemini: FakeGemini):
    quiz = sitting(api, ESSAY, ai_grading="suggest")
    none = {"tokens": 0, "usd": None}
    field = f"courses.{quiz.course_id}"
    budgets().update_one({"_id": "budgets"}, {"$set": {field: none, "version": 1}}, upsert=True)
    try:
        done = quiz.taken({"1": RIGHT})
        assert quiz.owner.post(f"/attempts/{done['id']}/ai-grade").json["code"] == "BUDGET_EXCEEDED"
        [job] = jobs_of(done)
        message(job["_id"], "essay-1")
    finally:
        budgets().update_one({"_id": "budgets"}, {"$unset": {field: ""}})
    [job] = jobs_of(done)
    assert (job["status"], job["error"]["code"], gemini.calls) == ("failed", "BUDGET_EXCEEDED", [])


def test_only_who_asks_for_suggestions_pays_for_them(api: Api):
    figures = []
    for mode in ("off", "suggest"):
        quiz = sitting(api, ESSAY, ai_grading=mode)
        started = quiz.start()
        quiz.save(started["id"], {"1": RIGHT})
        with recorded() as log:
            quiz.submit(started["id"])
        figures.append(len(log))
    assert figures == [9, 15]
