"""Attempts from their start to their result."""

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId

from lms import clock
from lms.fields import rfc3339
from tests.conftest import LambdaContext
from tests.functions.assessments.sitting import ESSAY, SHORT, SINGLE, TRUE_FALSE, Sitting, sitting
from tests.functions.courses.authored import audits_of, events_of
from tests.people import Api
from tests.questions import EACH_KIND


@pytest.fixture
def quiz(api: Api) -> Sitting:
    return sitting(api)


@pytest.fixture
def later(quiz: Sitting) -> Iterator[Callable[[float], None]]:
    """Moves the clock by minutes from now; access tokens run out meanwhile."""

    def move(minutes: float) -> None:
        clock.shift(minutes * 60)
        quiz.learner.sign_in()
        quiz.owner.sign_in()

    yield move
    clock.shift(0)


def at(minutes: float) -> str:
    return rfc3339(clock.now() + timedelta(minutes=minutes))


def close_overdue() -> None:
    from assessments.close_attempts import lambda_handler

    lambda_handler({}, LambdaContext())


def test_an_attempt_from_start_to_result(quiz: Sitting):
    answer = quiz.learner.post(f"{quiz.quiz}/attempts", {})
    assert answer.status == 201
    attempt = answer.json
    assert answer.headers["location"] == f"/attempts/{attempt['id']}"
    assert (attempt["number"], attempt["status"], attempt["score"], attempt["deadline_at"]) == (
        1,
        "open",
        None,
        None,
    )
    assert [(item["id"], item["points"], item["question"]["kind"]) for item in attempt["items"]] == [
        ("1", 2, "true_false"),
        ("2", 1, "short_text"),
    ]
    receipt = quiz.save(attempt["id"], {"1": True, "2": "London"}).json
    assert (receipt["last_seq"], receipt["superseded"]) == (1, [])
    seen = quiz.learner.get(f"/attempts/{attempt['id']}").json
    assert [item["answer"]["value"] for item in seen["items"]] == [True, "London"]
    assert (seen["hash"], seen["clients"]) == (receipt["hash"], {"tab": 1})
    done = quiz.submit(attempt["id"])
    assert (done["status"], done["submitted_by"]) == ("graded", "learner")
    assert done["score"] == {
        "raw": 2, "possible": 3, "late_seconds": 0, "penalty": 0, "score": 2, "percent": 66.666667, "passed": None,
    }  # fmt: skip
    assert [item["result"]["fraction"] for item in done["items"]] == [1, 0]
    assert done["items"][1]["question"]["key"] == "Paris"
    assert quiz.result()["percent"] == 66.666667
    assert [event["type"] for event in events_of(attempt["id"])] == ["attempt.started", "attempt.submitted"]


def test_nothing_tells_the_key_before_the_release(api: Api):
    bank = [question.model_dump(mode="json") for question in EACH_KIND.values()]
    quiz = sitting(api, *bank, feedback_release="never", shuffle_options=True)
    quiz.owner.patch(quiz.quiz, {"title": "Plain"})
    attempt = quiz.learner.post(f"{quiz.quiz}/attempts", {})
    texts = [attempt.text, quiz.learner.get(f"/attempts/{attempt.json['id']}").text]
    texts.append(quiz.learner.post(f"/attempts/{attempt.json['id']}/submit").text)
    texts.append(quiz.learner.get(quiz.quiz).text)
    assert not [text for text in texts if "SECRET" in text or "9876" in text or "weight" in text]
    assert "SECRET" in quiz.owner.get(f"/attempts/{attempt.json['id']}").text


@pytest.mark.parametrize("kind", EACH_KIND)
def test_the_key_of_each_kind_given_as_an_answer_is_wholly_right(api: Api, kind: str):
    quiz = sitting(api, EACH_KIND[kind].model_dump(mode="json"))
    first = quiz.taken({"1": "word " * 20} if kind == "essay" else {"1": None})
    item = first["items"][0]
    assert item["question"]["fraction"] == (None if kind == "essay" else 0)
    if kind != "essay":
        # Another attempt shows things in another order: the key is read from the released one of a grader.
        attempt = quiz.start()["id"]
        quiz.submit(attempt)
        key = quiz.owner.get(f"/attempts/{attempt}").json["items"][0]["question"]["key"]
        reopened = quiz.owner.post(f"/attempts/{attempt}/reopen", {})
        assert reopened.status == 200, reopened.text
        assert quiz.save(attempt, {"1": key}).status == 200
        assert quiz.submit(attempt)["score"]["percent"] == 100


def test_however_many_tabs_begin_there_is_one_attempt(quiz: Sitting):
    first = quiz.start()
    again = quiz.learner.post(f"{quiz.quiz}/attempts", {})
    assert (again.status, again.json["id"]) == (200, first["id"])
    quiz.submit(first["id"])
    assert quiz.start()["number"] == 2


def test_attempts_are_counted(quiz: Sitting):
    quiz.change(attempts=1)
    quiz.taken({"1": True})
    refused = quiz.learner.post(f"{quiz.quiz}/attempts", {})
    assert (refused.status, refused.json["code"]) == (409, "NO_ATTEMPTS_LEFT")
    quiz.owner.put(f"{quiz.quiz}/overrides", {"overrides": [{"user_id": quiz.learner.id, "attempts": 2}]})
    assert quiz.start()["number"] == 2


@pytest.mark.parametrize(
    ("dates", "code"),
    [
        ({"opens_at": 10}, "QUIZ_NOT_OPEN"),
        ({"closes_at": -1}, "QUIZ_CLOSED"),
        ({"late_policy": {"percent": 10, "cut_off_at": -1}}, "QUIZ_CLOSED"),
    ],
)
def test_no_attempt_outside_the_window(quiz: Sitting, dates: dict[str, Any], code: str):
    if late := dates.get("late_policy"):
        quiz.change(late_policy={**late, "cut_off_at": at(late["cut_off_at"])})
    else:
        quiz.change(**{name: at(minutes) for name, minutes in dates.items()})
    refused = quiz.learner.post(f"{quiz.quiz}/attempts", {})
    assert (refused.status, refused.json["code"]) == (409, code)


def test_an_access_code(quiz: Sitting):
    quiz.change(access_code="sesame")
    for body in ({}, {"access_code": "Sesame"}):
        refused = quiz.learner.post(f"{quiz.quiz}/attempts", body)
        assert (refused.status, refused.json["code"]) == (403, "WRONG_ACCESS_CODE")
    assert quiz.start(access_code=" sesame ")["status"] == "open"


def test_a_locked_lesson_locks_its_quiz(api: Api):
    quiz = sitting(api, in_lesson=True)
    rule = {"match": "all", "conditions": [{"kind": "date", "at": at(60)}]}
    quiz.owner.patch(f"/courses/{quiz.course_id}/lessons/{quiz.lesson_id}", {"release": rule})
    refused = quiz.learner.post(f"{quiz.quiz}/attempts", {})
    assert (refused.status, refused.json["code"]) == (403, "LESSON_LOCKED")


def test_an_unpublished_quiz_is_not_there(quiz: Sitting):
    quiz.change(published=False)
    assert quiz.learner.post(f"{quiz.quiz}/attempts", {}).status == 404


def test_the_versions_are_pinned(quiz: Sitting):
    attempt = quiz.start()["id"]
    key = {"kind": "short_text", "answers": [{"text": "Rome"}]}
    assert (
        quiz.owner.patch(f"/questions/{quiz.questions[1]}", {"prompt": "Of Italy?", "content": key}).status == 200
    )
    quiz.save(attempt, {"2": "Paris"})
    done = quiz.submit(attempt)
    assert "France" in done["items"][1]["question"]["html"]
    assert done["items"][1]["result"]["fraction"] == 1


def test_questions_that_have_grown_too_large_are_not_asked_together(api: Api):
    quiz = sitting(api, *[SINGLE] * 24)
    options = [{"text": "word " * 960, "weight": float(number == 0)} for number in range(50)]
    content = {"content": {"kind": "single", "options": options}}
    for question_id in quiz.questions:
        assert quiz.owner.patch(f"/questions/{question_id}", content).status == 200
    for answer in (quiz.learner.post(f"{quiz.quiz}/attempts", {}), quiz.owner.post(f"{quiz.quiz}/preview", {})):
        assert (answer.status, answer.json["code"]) == (409, "QUIZ_TOO_LARGE")


def test_another_learners_attempt_is_not_there(quiz: Sitting):
    attempt = quiz.start()["id"]
    other = quiz.another_learner()
    assert other.get(f"/attempts/{attempt}").status == 404
    assert other.get(f"/attempts/{attempt}/answers").status == 404
    assert quiz.save(attempt, {"1": True}, who=other).status == 404
    assert other.post(f"/attempts/{attempt}/submit").status == 404
    assert other.get(f"{quiz.quiz}/attempts").json["items"] == []


def test_the_deadline_hands_in_what_was_saved(quiz: Sitting, later: Callable[[float], None]):
    quiz.change(time_limit_minutes=10)
    attempt = quiz.start()
    assert attempt["deadline_at"] == rfc3339(
        clock.now().fromisoformat(attempt["started_at"]) + timedelta(minutes=10)
    )
    quiz.save(attempt["id"], {"2": "paris"})
    later(10.4)
    assert quiz.save(attempt["id"], {"1": True}, seq=2).status == 200, "in the grace"
    later(11)
    refused = quiz.save(attempt["id"], {"1": False}, seq=3)
    assert (refused.status, refused.json["code"]) == (409, "ATTEMPT_CLOSED")
    seen = quiz.learner.get(f"/attempts/{attempt['id']}").json
    assert (seen["submitted_by"], seen["submitted_at"]) == ("deadline", attempt["deadline_at"])
    assert seen["score"]["percent"] == 100


def test_the_schedule_closes_what_nobody_comes_back_to(quiz: Sitting, later: Callable[[float], None]):
    from lms.attempts.repository import attempts

    quiz.change(time_limit_minutes=1)
    attempt = quiz.start()["id"]
    quiz.save(attempt, {"1": True})
    close_overdue()
    assert attempts().find_one({"_id": ObjectId(attempt)})["status"] == "open"  # type: ignore[index]
    later(2)
    close_overdue()
    close_overdue()
    closed = attempts().find_one({"_id": ObjectId(attempt)})
    assert closed and (closed["status"], closed["submitted_by"]) == ("graded", "deadline")
    assert len(events_of(attempt)) == 2


def test_extra_time_stretches_limit_and_closing(quiz: Sitting, later: Callable[[float], None]):
    accommodations = {"time_factor": 2.0, "extra_days": 0}
    enrollment = f"/courses/{quiz.course_id}/enrollments/{quiz.learner.id}"
    assert quiz.owner.patch(enrollment, {"accommodations": accommodations}).status == 200
    quiz.change(time_limit_minutes=30, closes_at=at(40))
    attempt = quiz.start()
    begun = clock.now().fromisoformat(attempt["started_at"])
    assert attempt["deadline_at"] == rfc3339(begun + timedelta(minutes=60)), "not cut off by the closing"


def test_a_change_of_dates_moves_running_attempts(quiz: Sitting):
    quiz.change(time_limit_minutes=10)
    attempt = quiz.start()
    begun = clock.now().fromisoformat(attempt["started_at"])

    def deadline() -> str:
        found: str = quiz.learner.get(f"/attempts/{attempt['id']}").json["deadline_at"]
        return found

    quiz.change(time_limit_minutes=20)
    assert deadline() == rfc3339(begun + timedelta(minutes=20))
    override = {"user_id": quiz.learner.id, "time_limit_minutes": 50}
    assert quiz.owner.put(f"{quiz.quiz}/overrides", {"overrides": [override]}).status == 200
    assert deadline() == rfc3339(begun + timedelta(minutes=50))
    enrollment = f"/courses/{quiz.course_id}/enrollments/{quiz.learner.id}"
    accommodations = {"accommodations": {"time_factor": 1.5, "extra_days": 0}}
    assert quiz.owner.patch(enrollment, accommodations).status == 200
    assert deadline() == rfc3339(begun + timedelta(minutes=75))
    extended = quiz.owner.post(f"/attempts/{attempt['id']}/extend", {"minutes": 5})
    assert extended.status == 200
    assert deadline() == rfc3339(begun + timedelta(minutes=80))
    quiz.change(time_limit_minutes=20)
    assert deadline() == rfc3339(begun + timedelta(minutes=80)), "the override and the extension stay"


def test_lateness_costs_and_a_new_due_date_takes_it_back(quiz: Sitting):
    policy = {"percent": 10, "per": "hour", "floor": 20, "grace_minutes": 0}
    quiz.change(due_at=at(-90), late_policy=policy)
    done = quiz.taken({"1": True, "2": "Paris"})
    assert (done["score"]["raw"], done["score"]["penalty"], done["score"]["score"]) == (3, 0.6, 2.4)
    quiz.change(due_at=at(60))
    again = quiz.learner.get(f"/attempts/{done['id']}").json["score"]
    assert (again["penalty"], again["score"], again["late_seconds"]) == (0, 3, 0)
    assert quiz.result()["percent"] == 100


def test_feedback_after_the_closing(quiz: Sitting, later: Callable[[float], None]):
    quiz.change(feedback_release="after_close", closes_at=at(30))
    done = quiz.taken({"1": True, "2": "Paris"})
    assert (done["released"], done["score"], done["items"][0]["result"]) == (False, None, None)
    assert "key" not in done["items"][0]["question"]
    later(31)
    seen = quiz.learner.get(f"/attempts/{done['id']}").json
    assert (seen["released"], seen["score"]["percent"], seen["items"][1]["question"]["key"]) == (True, 100, "Paris")


@pytest.mark.parametrize(("policy", "percent"), [("best", 100), ("last", 0), ("average", 55.555556)])
def test_score_policies(api: Api, policy: str, percent: float):
    quiz = sitting(api, score_policy=policy, passing_percent=60)
    for answers in ({"1": True}, {"1": True, "2": "Paris"}, {"1": False}):
        quiz.taken(answers)
    assert (quiz.result()["percent"], quiz.result()["passed"]) == (percent, percent >= 60)


def test_passing_completes_the_lesson_that_waits_for_it(api: Api):
    quiz = sitting(api, in_lesson=True, passing_percent=100)
    rule = {"completion": {"kind": "quiz_passed", "quiz_id": quiz.quiz_id}}
    assert quiz.owner.patch(f"/courses/{quiz.course_id}/lessons/{quiz.lesson_id}", rule).status == 200

    def completed() -> int:
        found: int = quiz.learner.get(f"/courses/{quiz.course_id}/progress").json["percent"]
        return found

    quiz.taken({"1": True})
    assert completed() == 0
    quiz.taken({"1": True, "2": "Paris"})
    assert completed() == 50


def test_an_essay_waits_for_a_person(api: Api):
    quiz = sitting(api, TRUE_FALSE, ESSAY)
    done = quiz.taken({"1": True, "2": "Because."})
    assert (done["status"], done["score"]["score"]) == ("submitted", None)
    path, body = f"/attempts/{done['id']}/grade", {"items": [{"item_id": "2", "points": 4, "comment": "Good"}]}
    assert quiz.learner.post(path, body).status == 403
    missing = quiz.owner.post(path, body)
    assert (missing.status, missing.json["code"]) == (428, "IF_MATCH_REQUIRED")
    assert quiz.owner.post(path, body, headers={"If-Match": '"1"'}).status == 412
    etag = quiz.owner.get(f"/attempts/{done['id']}").headers["etag"]
    graded = quiz.owner.post(path, body, headers={"If-Match": etag})
    assert graded.status == 200, graded.text
    assert (graded.json["status"], graded.json["score"]["score"]) == ("graded", 6)
    assert graded.json["items"][1]["result"]["comment"] == "Good"
    assert quiz.result()["percent"] == 85.714286
    assert audits_of(done["id"]) == ["attempt.graded"]


@pytest.mark.parametrize(
    ("item", "pointer"),
    [({"item_id": "9", "points": 1}, "/items/0/item_id"), ({"item_id": "2", "points": 5.1}, "/items/0/points")],
)
def test_grades_that_cannot_be(api: Api, item: dict[str, Any], pointer: str):
    quiz = sitting(api, TRUE_FALSE, ESSAY)
    done = quiz.taken({"2": "Because."})
    etag = quiz.owner.get(f"/attempts/{done['id']}").headers["etag"]
    refused = quiz.owner.post(f"/attempts/{done['id']}/grade", {"items": [item]}, headers={"If-Match": etag})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, pointer)


def test_reopening_lets_the_learner_go_on(quiz: Sitting, later: Callable[[float], None]):
    quiz.change(time_limit_minutes=10)
    done = quiz.taken({"1": True})
    later(60)
    path = f"/attempts/{done['id']}/reopen"
    assert quiz.owner.post(path, {}).status == 422
    reopened = quiz.owner.post(path, {"minutes": 15})
    assert (reopened.status, reopened.json["status"], reopened.json["score"]) == (200, "open", None)
    assert quiz.owner.post(path, {"minutes": 15}).json["code"] == "ATTEMPT_OPEN"
    later(70)
    assert quiz.save(done["id"], {"2": "Paris"}, seq=2).status == 200
    again = quiz.submit(done["id"])
    assert (again["id"], again["score"]["percent"]) == (done["id"], 100)


def test_submitting_twice_is_submitting_once(quiz: Sitting):
    attempt = quiz.start()["id"]
    quiz.save(attempt, {"1": True})
    first, second = quiz.submit(attempt), quiz.submit(attempt)
    assert {**first, "now": None} == {**second, "now": None}
    assert len([event for event in events_of(attempt) if event["type"] == "attempt.submitted"]) == 1


def test_repeated_and_reordered_saves(quiz: Sitting):
    attempt = quiz.start()["id"]
    second = quiz.save(attempt, {"2": "b"}, seq=2)
    first = quiz.save(attempt, {"1": True, "2": "a"}, seq=1)
    assert [row["item_id"] for row in first.json["superseded"]] == ["2"]
    assert quiz.save(attempt, {"2": "b"}, seq=2).json["hash"] == first.json["hash"] != second.json["hash"]
    for other in ({"2": "c"}, {"1": False, "2": "b"}):
        reused = quiz.save(attempt, other, seq=2)
        assert (reused.status, reused.json["code"]) == (409, "SEQ_REUSED")
    seen = quiz.learner.get(f"/attempts/{attempt}").json
    assert [item["answer"]["value"] for item in seen["items"]] == [True, "b"]


def test_two_tabs_are_told_of_each_other(quiz: Sitting):
    attempt = quiz.start()["id"]
    quiz.save(attempt, {"2": "here"}, seq=5, client="one")
    there = quiz.save(attempt, {"2": "there"}, seq=1, client="two").json
    assert there["superseded"] == [
        {"item_id": "2", "client_id": "one", "seq": 5, "by": {"client_id": "two", "seq": 1}}
    ]
    history = quiz.learner.get(f"/attempts/{attempt}/answers").json["items"]
    assert [(row["client_id"], row["answers"]) for row in history] == [
        ("one", {"2": "here"}),
        ("two", {"2": "there"}),
    ]


def test_the_history_comes_in_pages(quiz: Sitting):
    attempt = quiz.start()["id"]
    for seq in (3, 1, 4, 2, 5):
        quiz.save(attempt, {"2": f"v{seq}"}, seq=seq)
    seqs, cursor = [], ""
    while cursor is not None:
        page = quiz.owner.get(f"/attempts/{attempt}/answers?limit=2{cursor}").json
        seqs += [row["seq"] for row in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert seqs == [3, 1, 4, 2, 5]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"client_id": "a", "seq": 1, "answers": {"3": True}}, "/answers/3"),
        ({"client_id": "a", "seq": 1, "answers": {"1": {"$ne": None}}}, "/answers/1"),
        ({"client_id": "a", "seq": 1, "answers": {"1": "true"}}, "/answers/1"),
        ({"client_id": "a", "seq": 1, "answers": {}}, "/answers"),
        ({"client_id": "a", "seq": True, "answers": {"1": True}}, "/seq"),
        ({"client_id": "a", "seq": 0, "answers": {"1": True}}, "/seq"),
        ({"client_id": "$a.b", "seq": 1, "answers": {"1": True}}, "/client_id"),
        ({"client_id": "a", "seq": 1, "answers": {"$set": True}}, "/answers/$set/[key]"),
    ],
)
def test_saves_that_cannot_be(quiz: Sitting, body: dict[str, Any], pointer: str):
    attempt = quiz.start()["id"]
    refused = quiz.learner.put(f"/attempts/{attempt}/answers", body)
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, pointer)
    assert quiz.learner.get(f"/attempts/{attempt}").json["clients"] == {}


def test_a_preview_shows_what_a_learner_would_see_and_keeps_nothing(quiz: Sitting):
    preview = quiz.owner.post(f"{quiz.quiz}/preview")
    assert [item["question"]["kind"] for item in preview.json["items"]] == ["true_false", "short_text"]
    assert "key" not in preview.text
    assert quiz.owner.get(f"{quiz.quiz}/attempts").json["items"] == []


def test_graders_see_who_is_at_work(quiz: Sitting):
    attempt = quiz.start()["id"]
    quiz.save(attempt, {"1": True, "2": None})
    [row] = quiz.owner.get(f"{quiz.quiz}/live").json["attempts"]
    assert (row["id"], row["user_id"], row["asked"], row["answered"]) == (attempt, quiz.learner.id, 2, 1)
    quiz.submit(attempt)
    assert quiz.owner.get(f"{quiz.quiz}/live").json["attempts"] == []


@pytest.mark.parametrize("show_hints", [True, False])
def test_hints_come_in_the_attempt_or_with_the_feedback(api: Api, show_hints: bool):
    quiz = sitting(api, {**SHORT, "hints": ["It has a *tower*."]}, show_hints=show_hints)
    attempt = quiz.start()
    html = ["<p>It has a <em>tower</em>.</p>\n"]
    assert attempt["items"][0]["question"]["hints"] == (html if show_hints else [])
    assert quiz.submit(attempt["id"])["items"][0]["question"]["hints"] == html


def test_an_attempt_whose_time_is_up_makes_way_for_the_next(quiz: Sitting, later: Callable[[float], None]):
    quiz.change(time_limit_minutes=10)
    first = quiz.start()
    later(11)
    second = quiz.start()
    assert (second["number"], second["status"]) == (2, "open")
    assert quiz.learner.get(f"/attempts/{first['id']}").json["submitted_by"] == "deadline"


def test_draws_from_a_pool(api: Api):
    pool = [{**SHORT, "prompt": f"Q{n}", "pool": "p"} for n in range(6)]
    quiz = sitting(api, SINGLE, *pool)
    items = [{"kind": "draw", "pool": "p", "count": 3}, {"kind": "question", "question_id": quiz.questions[0]}]
    assert quiz.owner.put(f"{quiz.quiz}/items", {"items": items}).status == 200
    seen = set()
    for _ in range(12):
        attempt = quiz.start()
        asked = [item["question"]["html"] for item in attempt["items"]]
        assert len(set(asked)) == 4
        assert [item["question"]["html"] for item in quiz.start()["items"]] == asked, "fixed at the start"
        seen.add(tuple(sorted(asked)))
        quiz.submit(attempt["id"])
    assert len(seen) > 1


def test_parallel_starts_and_submits_make_one_attempt_and_one_result(quiz: Sitting):
    """Rules called from threads: the handlers of one process serve one event at a time."""
    from lms.attempts import finishing, repository, starting
    from lms.caller import Caller
    from lms.courses.access import enter_through
    from lms.permissions import Role
    from lms.quizzes.repository import quizzes

    who = Caller(ObjectId(quiz.learner.id), Role.STUDENT, ObjectId())
    access = enter_through(quizzes, who, ObjectId(quiz.quiz_id), "attempt.take", load="outline", progress=True)
    started: list[Any] = []
    submitted: list[Any] = []
    errors: list[BaseException] = []

    def together(work: Any) -> None:
        barrier = threading.Barrier(32)

        def run() -> None:
            barrier.wait()
            try:
                work()
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=run) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    together(lambda: started.append(starting.start(access, None)))
    assert errors == []
    assert len({attempt["_id"] for attempt, _ in started}) == 1
    assert sum(fresh for _, fresh in started) == 1
    attempt_id = started[0][0]["_id"]
    together(lambda: submitted.append(finishing.submit(repository.attempt(attempt_id) or {}, who.id)))
    assert errors == []
    assert len({(each["_id"], each["version"], each["submitted_at"]) for each in submitted}) == 1
    assert len([event for event in events_of(str(attempt_id)) if event["type"] == "attempt.submitted"]) == 1


def test_parallel_saves_converge_to_what_was_acknowledged(quiz: Sitting):
    from lms.attempts import repository, saving
    from lms.attempts.models.saving import AnswersBody
    from lms.caller import Caller
    from lms.courses.access import enter_through
    from lms.permissions import Role

    attempt_id = ObjectId(quiz.start()["id"])
    who = Caller(ObjectId(quiz.learner.id), Role.STUDENT, ObjectId())
    receipts: dict[tuple[str, int], Any] = {}

    def tab(client: str) -> None:
        for seq in range(1, 9):
            access = enter_through(repository.attempts, who, attempt_id, "attempt.take")
            body = AnswersBody(client_id=client, seq=seq, answers={"2": f"{client}{seq}"})
            receipts[client, seq] = saving.save(access, body)

    threads = [threading.Thread(target=tab, args=(client,)) for client in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 32
    attempt = repository.attempt(attempt_id)
    assert attempt
    winner = attempt["answers"]["2"]
    assert winner["seq"] == 8
    named = {(row["client_id"], row["seq"]) for receipt in receipts.values() for row in receipt["superseded"]}
    last = {(client, 8) for client in "abcd"}
    assert last - named == {(winner["client_id"], 8)}, "every acknowledged answer stands, or a receipt names it"
    log = repository.page_of_log(attempt_id, None, 100)
    assert len(log) == 32
    assert [row["arrival"] for row in log] == sorted({row["arrival"] for row in log})
    assert all(one < other for one, other in itertools.pairwise([row["arrival"] for row in log]))
