"""A quiz that is graded blind: nobody who grades it sees whose work it is, until POST /quizzes/{id}/release."""

from typing import Any

import pytest
from bson import ObjectId

from tests.functions.assessments.sitting import ESSAY, SHORT, Sitting, sitting
from tests.functions.courses.authored import audits_of, events_of
from tests.people import Answer, Api


@pytest.fixture
def quiz(api: Api) -> Sitting:
    return sitting(api, ESSAY, SHORT, blind=True, due_at="2099-01-01T00:00:00Z")


def grade(quiz: Sitting, attempt_id: str, **said: Any) -> Answer:
    etag = quiz.owner.get(f"/attempts/{attempt_id}").headers["etag"]
    body = {"items": [{"item_id": "1", **said}]}
    return quiz.owner.post(f"/attempts/{attempt_id}/grade", body, headers={"If-Match": etag})


def release(quiz: Sitting) -> Answer:
    return quiz.owner.post(f"{quiz.quiz}/release")


def gradebook(quiz: Sitting) -> tuple[dict[str, Any], list[Any]]:
    page = quiz.owner.get(f"/courses/{quiz.course_id}/gradebook").json
    return page["columns"][0], [row["cells"][0] for row in page["items"]]


def test_graders_see_one_pseudonym_everywhere_and_no_date_of_one_learner_alone(quiz: Sitting):
    running = quiz.start()["id"]
    live = quiz.owner.get(f"{quiz.quiz}/live")
    quiz.save(running, {"1": "Because.", "2": "Paris"})
    quiz.submit(running)
    other = quiz.taken({"1": "So.", "2": "Rome"}, who=quiz.another_learner())
    read, listed = quiz.owner.get(f"/attempts/{running}"), quiz.owner.get(f"{quiz.quiz}/attempts")
    queue = quiz.owner.get("/users/me/grading-queue")
    graded = grade(quiz, running, points=4)
    regrade = {"action": "drop"}
    regraded = quiz.owner.post(f"/questions/{quiz.questions[1]}/regrade?dry_run=true", regrade)
    answers = (live, read, listed, queue, graded, regraded)
    assert [quiz.learner.id in answer.text for answer in answers] == [False] * 6
    names = {
        live.json["attempts"][0]["user_id"],
        read.json["user_id"],
        listed.json["items"][0]["user_id"],
        queue.json["items"][0]["learners"][0]["user_id"],
        graded.json["user_id"],
        regraded.json["changes"][0]["user_id"],
    }
    assert len(names) == 1 and ObjectId.is_valid(*names)
    assert (live.json["attempts"][0]["blind"], regraded.json["changes"][0]["blind"]) == (True, True)
    assert queue.json["items"][0]["learners"][0]["name"] is None and queue.json["items"][0]["blind"] is True
    assert listed.json["items"][1]["user_id"] not in (*names, other["user_id"])
    assert (read.json["blind"], read.json["due_at"], read.json["deadline_at"]) == (True, None, None)
    own = quiz.learner.get(f"/attempts/{running}").json
    assert (own["user_id"], own["blind"], own["due_at"]) == (quiz.learner.id, False, "2099-01-01T00:00:00.000Z")


def test_results_are_held_until_they_are_released_which_ends_the_blindness(quiz: Sitting):
    attempt = quiz.taken({"1": "Because.", "2": "Paris"})["id"]
    assert grade(quiz, attempt, points=4, comment="Good").status == 200
    assert grade(quiz, attempt, points=5, comment="Good").status == 200
    held = quiz.learner.get(f"/attempts/{attempt}")
    assert (held.json["released"], held.json["score"], "Good" in held.text) == (False, None, False)
    quiz.taken({"1": "So.", "2": "Rome"}, who=quiz.another_learner())
    column, cells = gradebook(quiz)
    assert (column["blind"], cells) == (True, [None, None])
    before = quiz.owner.get(f"/attempts/{attempt}").headers["etag"]
    answer = release(quiz)
    assert answer.status == 200 and answer.json["released_at"] is not None
    assert release(quiz).json == answer.json
    [told] = [each for each in events_of(quiz.quiz_id) if each["type"] == "grades.released"]
    assert (str(told["data"]["quiz_id"]), [str(_id) for _id in told["data"]["user_ids"]]) == (
        quiz.quiz_id,
        [quiz.learner.id],
    )
    assert audits_of(quiz.quiz_id).count("grades.released") == 1
    seen = quiz.learner.get(f"/attempts/{attempt}")
    assert (seen.json["released"], seen.json["score"]["score"]) == (True, 6)
    assert seen.headers["etag"] != held.headers["etag"]
    named = quiz.owner.get(f"/attempts/{attempt}")
    assert (named.json["user_id"], named.json["blind"]) == (quiz.learner.id, False)
    assert named.headers["etag"] != before
    column, cells = gradebook(quiz)
    assert (column["blind"], {cell and cell["score"] for cell in cells}) == (False, {None, 100})
    assert grade(quiz, attempt, points=3).json["code"] == "WHY_NEEDED"


def test_of_a_quiz_that_gives_no_feedback_the_total_is_held_too(quiz: Sitting):
    quiz.change(feedback_release="never")
    attempt = quiz.taken({"1": "Because.", "2": "Paris"})["id"]
    assert grade(quiz, attempt, points=4).status == 200
    assert quiz.learner.get(f"/attempts/{attempt}").json["score"] is None
    assert release(quiz).status == 200
    assert quiz.learner.get(f"/attempts/{attempt}").json["score"]["score"] == 5


def test_figures_of_a_named_learner_leave_a_blind_quiz_out(quiz: Sitting):
    from lms.attempts import figures
    from tests.functions.assessments.assigned import owners_access
    from tests.functions.courses.enrolled import Class

    attempt = quiz.taken({"1": "Because.", "2": "Paris"})["id"]
    grade(quiz, attempt, points=4)
    access = owners_access(Class(quiz.api, quiz.owner, quiz.course_id))
    learner = ObjectId(quiz.learner.id)
    assert figures.shares_seen(access, learner) == {}
    release(quiz)
    assert list(figures.shares_seen(access, learner)) == [ObjectId(quiz.quiz_id)]


def test_final_grades_are_not_frozen_while_a_quiz_is_blind(quiz: Sitting):
    path = f"/courses/{quiz.course_id}/gradebook/freeze"
    refused = quiz.owner.post(path, {"frozen": True})
    assert (refused.status, refused.json["code"], refused.json["column_ids"]) == (
        409,
        "BLIND_GRADES_HELD",
        [quiz.quiz_id],
    )
    release(quiz)
    assert quiz.owner.post(path, {"frozen": True}).status == 200


def test_a_quiz_that_is_not_blind_holds_nothing_and_learners_release_nothing(api: Api):
    quiz = sitting(api)
    assert (release(quiz).status, release(quiz).json["code"]) == (409, "NOT_BLIND")
    assert quiz.learner.post(f"{quiz.quiz}/release").status in (403, 404)
