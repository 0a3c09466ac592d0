"""The telling of performance: whose figures, who may ask, and that nothing is told that no figure says."""

from typing import Any

import pytest
from ai import run_step
from bson import ObjectId

from lms.ai import performance_steps
from lms.jobs import steps
from tests.people import Api, Person
from tests.taught import Taught, asked, taught

QUESTION = {"prompt": "?", "content": {"kind": "true_false", "answer": True}, "pool": "p"}


@pytest.fixture
def course(api: Api) -> Taught:
    return taught(api, api.person("instructor"), [QUESTION])


def told(person: Person, course: Taught, **more: Any) -> Any:
    accepted = asked(person, "POST", "/ai/analyze-performance", {"course_id": course.id, **more}, 202)
    steps.run(run_step._KINDS, ObjectId(accepted["job_id"]), "narrative", lambda: 60.0)
    job = asked(person, "GET", f"/jobs/{accepted['job_id']}")
    assert (job["kind"], job["status"], job["course_id"]) == ("performance_analysis", "succeeded", course.id), job
    return job["result"]["analysis"]


def figures(analysis: Any) -> dict[str, tuple[float, int]]:
    return {row["id"]: (row["value"], row["n"]) for row in analysis["figures"]}


def text(analysis: Any) -> str:
    return " ".join(sentence["text"] for sentence in analysis["sentences"])


def take(learner: Person, course: Taught, right: bool) -> None:
    attempt = asked(learner, "POST", f"{course.quiz}/attempts", {}, 201)
    answers = {attempt["items"][0]["id"]: right}
    asked(learner, "PUT", f"/attempts/{attempt['id']}/answers", {"client_id": "t", "seq": 1, "answers": answers})
    asked(learner, "POST", f"/attempts/{attempt['id']}/submit")


def test_a_beginner_is_told_that_there_is_too_little(course: Taught):
    found = told(course.learner(), course)
    assert found["about"] == "you"
    assert "not enough answers yet" in text(found)
    assert "average" not in text(found)


def test_a_learners_own_figures_are_what_they_did(course: Taught):
    learner = course.learner()
    take(learner, course, False)
    take(learner, course, True)
    found = told(learner, course)
    known = figures(found)
    assert known["progress.completed"] == (1, 2) and known["progress.percent"] == (50, 2)
    assert known["quizzes.scored"] == (1, 1) and known["quizzes.mean"] == (100, 1)
    assert known["attempts.handed_in"] == (2, 2) and known["attempts.gain"] == (100, 1)
    assert "You have completed 1 of 2 lessons, 50 percent of the course." in text(found)
    named = {_id for sentence in found["sentences"] for _id in sentence["figure_ids"]}
    assert named <= known.keys()


def test_scores_that_are_not_released_are_not_told_to_the_learner(course: Taught):
    asked(course.teacher, "PATCH", course.quiz, {"feedback_release": "after_close"})
    learner = course.learner()
    take(learner, course, True)
    assert "quizzes.mean" not in figures(told(learner, course))
    assert figures(told(course.teacher, course, user_id=learner.id))["quizzes.mean"] == (100, 1)


def test_a_grader_sees_the_course_and_any_learner(course: Taught):
    learners = [course.learner() for _ in range(4)]
    for number, learner in enumerate(learners):
        take(learner, course, number < 3)
    found = told(course.teacher, course)
    assert (found["about"], found["user_id"]) == ("course", None)
    known = figures(found)
    assert known["learners.active"] == (4, 4) and known["results.mean"] == (75, 4)
    assert known["results.passed"] == (75, 4) and known["lessons.least_completed"] == (0, 4)
    assert "The average score is 75 percent, over 4 results." in text(found)
    one = told(course.teacher, course, user_id=learners[3].id)
    assert (one["about"], one["user_id"]) == ("learner", learners[3].id)
    assert figures(one)["quizzes.mean"] == (0, 1)


def test_a_limited_assistant_sees_their_cohorts_alone(api: Api, course: Taught):
    from lms.courses.repository import courses

    cohort = asked(course.teacher, "POST", f"{course.path}/cohorts", {"name": "A"}, 201)["id"]
    inside, outside = course.learner(), course.learner()
    asked(course.teacher, "PATCH", f"{course.path}/enrollments/{inside.id}", {"cohort_id": cohort})
    assistant = api.person()
    person = {"user_id": ObjectId(assistant.id), "role": "assistant", "cohort_ids": [ObjectId(cohort)]}
    courses().update_one({"_id": ObjectId(course.id)}, {"$push": {"staff": person}})
    assert figures(told(assistant, course))["learners.active"] == (1, 1)
    body = {"course_id": course.id, "user_id": outside.id}
    assert asked(assistant, "POST", "/ai/analyze-performance", body, 404)
    assert told(assistant, course, user_id=inside.id)["about"] == "learner"


def test_of_a_part_of_the_learners_nothing_is_told(course: Taught, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(performance_steps, "_MOST_LEARNERS", 1)
    course.learner()
    assert figures(told(course.teacher, course))["learners.active"] == (1, 1)
    course.learner()
    accepted = asked(course.teacher, "POST", "/ai/analyze-performance", {"course_id": course.id}, 202)
    steps.run(run_step._KINDS, ObjectId(accepted["job_id"]), "narrative", lambda: 60.0)
    job = asked(course.teacher, "GET", f"/jobs/{accepted['job_id']}")
    assert (job["status"], job["error"]["code"]) == ("failed", "TOO_MANY_LEARNERS")


def test_others_figures_are_not_a_learners_to_see(api: Api, course: Taught):
    learner, other = course.learner(), course.learner()
    body = {"course_id": course.id, "user_id": other.id}
    assert asked(learner, "POST", "/ai/analyze-performance", body, 403)["code"] == "FORBIDDEN"
    assert asked(course.teacher, "POST", "/ai/analyze-performance", {**body, "user_id": "0" * 24}, 404)
    assert asked(api.person(), "POST", "/ai/analyze-performance", {"course_id": course.id}, 403)


def test_who_left_before_the_step_runs_is_told_nothing(course: Taught):
    learner = course.learner()
    accepted = asked(learner, "POST", "/ai/analyze-performance", {"course_id": course.id}, 202)
    asked(learner, "DELETE", f"{course.path}/enrollments/{learner.id}", status=204)
    steps.run(run_step._KINDS, ObjectId(accepted["job_id"]), "narrative", lambda: 60.0)
    job = asked(learner, "GET", f"/jobs/{accepted['job_id']}")
    assert (job["status"], job["error"]["code"], job["result"]) == ("failed", "NO_ACCESS", None)


@pytest.mark.parametrize(("language", "code"), [("de", "NEEDS_MODEL"), ("ja", "LANGUAGE_NOT_CHECKED")])
def test_other_languages_need_a_model_or_cannot_be_checked(course: Taught, language: str, code: str):
    body = {"course_id": course.id, "language": language}
    assert asked(course.teacher, "POST", "/ai/analyze-performance", body, 422)["code"] == code


def test_the_same_key_starts_one_job(course: Taught):
    learner = course.learner()
    answers = [
        learner.post("/ai/analyze-performance", {"course_id": course.id}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [202, 202]
    assert answers[0].json == answers[1].json
