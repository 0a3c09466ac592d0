"""PUT /courses/{id}/lessons/{lesson_id}/progress; GET /courses/{id}/progress, also of others."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import events_of, seat
from tests.functions.courses.learning import Learning, enrol, learning, put_quiz
from tests.mongo_commands import recorded
from tests.people import Api


@pytest.fixture
def here(api: Api) -> Learning:
    return learning(api)


@pytest.fixture
def later() -> Iterator[Callable[[float], None]]:
    """Let this many seconds pass."""
    from lms import clock

    passed = 0.0

    def shift(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        clock.shift(passed)

    yield shift
    clock.shift(0)


def states(progress: dict[str, Any]) -> list[str]:
    return [lesson["status"] for lesson in progress["lessons"]]


def test_who_has_done_nothing_yet(here: Learning):
    assert here.progress() == {
        "course_id": here.course.id,
        "user_id": here.learner.id,
        "percent": 0,
        "completed_at": None,
        "completed_version": None,
        "active_at": None,
        "lesson_count": 2,
        "completed_count": 0,
        "next_lesson_id": here.course.lessons[0],
        "lessons": [
            {"lesson_id": _id, "status": "not_started", "position": None, "seconds": 0, "completed_at": None}
            for _id in here.course.lessons
        ],
    }


def test_a_heartbeat_keeps_position_and_seconds(here: Learning):
    first = here.course.lessons[0]
    answer = here.put(first, position=12.5, seconds=20)
    assert answer.status == 200, answer.text
    kept = {"lesson_id": first, "status": "started", "position": 12.5, "seconds": 20, "completed_at": None}
    assert (answer.json["lesson"], answer.json["percent"]) == (kept, 0)
    assert here.put(first, position=3, seconds=10).json["lesson"] == {**kept, "position": 3.0}
    assert here.put(first).json["lesson"] == {**kept, "position": 3.0}
    assert here.progress()["lessons"][0] == {**kept, "position": 3.0}
    assert here.progress()["active_at"]


def test_seconds_rise_no_faster_than_the_servers_clock(here: Learning, later: Callable[[float], None]):
    first, begun = here.course.lessons[0], time.monotonic()

    def seconds(given: int) -> int:
        kept: int = here.put(first, seconds=given).json["lesson"]["seconds"]
        return kept

    def at_most() -> float:
        return 65 + time.monotonic() - begun

    assert 65 <= seconds(10_000) <= at_most()
    assert seconds(10_000) <= at_most()
    later(30)
    assert 95 <= seconds(10_000) <= 30 + at_most()
    later(300)
    assert seconds(300) == 300
    assert seconds(200) == 300


def test_a_lesson_is_completed_once_with_an_event_and_never_goes_back(here: Learning):
    first = here.course.lessons[0]
    answer = here.put(first, completed=True)
    assert (answer.json["percent"], answer.json["lesson"]["status"]) == (50, "completed")
    at = answer.json["lesson"]["completed_at"]
    for completed in (True, False):
        assert here.put(first, seconds=1, completed=completed).json["lesson"]["completed_at"] == at
    [event] = [event for event in events_of(first) if event["type"] == "lesson.completed"]
    assert (str(event["actor_id"]), event["data"]) == (here.learner.id, {"course_id": ObjectId(here.course.id)})
    assert here.progress()["next_lesson_id"] == here.course.lessons[1]


def test_the_course_is_completed_once_against_its_version_and_stays_so(here: Learning):
    here.complete(*here.course.lessons)
    version = here.course.version()
    progress = here.progress()
    assert (progress["percent"], progress["completed_version"], progress["next_lesson_id"]) == (100, version, None)
    assert progress["completed_at"] == progress["lessons"][1]["completed_at"]
    later = here.add_lesson()
    after = here.progress()
    assert (after["percent"], after["completed_at"]) == (66, progress["completed_at"])
    assert (after["completed_version"], after["next_lesson_id"]) == (version, later)
    here.complete(later)
    assert here.progress()["completed_version"] == version
    [event] = [event for event in events_of(here.course.id) if event["type"] == "course.completed"]
    assert (str(event["actor_id"]), event["data"]) == (here.learner.id, {"version": version})


def test_percent_is_of_the_outline_as_it_is(here: Learning):
    first, second = here.course.lessons
    third = here.add_lesson()
    here.complete(first)
    assert here.progress()["percent"] == 33
    here.delete(first)
    assert here.progress()["percent"] == 0
    answer = here.course.owner.post(f"{here.lesson_path(first)}/versions/1/restore")
    assert answer.status == 200, answer.text
    assert here.progress()["percent"] == 33
    assert states(here.progress()) == ["not_started", "completed", "not_started"]
    for each in (first, second, third):
        here.delete(each)
    progress = here.progress()
    assert (progress["percent"], progress["lesson_count"], progress["completed_at"]) == (0, 0, None)


def test_deleting_what_was_missing_completes_the_course_at_the_next_read(here: Learning):
    first, second = here.course.lessons
    here.complete(first)
    here.delete(second)
    assert here.completions(here.course.id) == []
    for _ in range(2):
        progress = here.progress()
        assert (progress["percent"], progress["completed_version"]) == (100, here.course.version())
    assert here.completions(here.course.id) == ["course.completed"]


def test_deleting_what_was_missing_completes_the_course_at_the_next_write(here: Learning):
    first, second = here.course.lessons
    here.complete(first)
    here.delete(second)
    assert here.put(first, position=1).json["completed_version"] == here.course.version()
    assert here.completions(here.course.id) == ["course.completed"]


def test_minutes_complete_a_lesson_and_the_learners_word_does_not(here: Learning, later: Callable[[float], None]):
    first = here.course.lessons[0]
    here.set_rules(first, completion={"kind": "minutes", "minutes": 2})
    answer = here.put(first, seconds=60, completed=True)
    assert (answer.status, answer.json["code"]) == (422, "COMPLETION_FOLLOWS_RULE")
    assert answer.json["completion"] == {"kind": "minutes", "minutes": 2}
    assert here.put(first, seconds=60).json["lesson"]["status"] == "started"
    later(60)
    assert here.put(first, seconds=119).json["lesson"]["status"] == "started"
    assert here.put(first, seconds=120).json["lesson"]["status"] == "completed"
    assert here.put(first, completed=True).status == 200
    assert here.completions(first) == ["lesson.completed"]


def test_a_rule_made_easier_is_settled_at_the_next_read(here: Learning):
    first = here.course.lessons[0]
    here.set_rules(first, completion={"kind": "minutes", "minutes": 2})
    here.put(first, seconds=60)
    here.set_rules(first, completion={"kind": "minutes", "minutes": 1})
    assert here.progress()["percent"] == 50
    assert here.completions(first) == ["lesson.completed"]


def grade(here: Learning, quiz: str, percent: float, passed: bool) -> None:
    from lms import mongo
    from lms.progress import scores

    course, learner = ObjectId(here.course.id), ObjectId(here.learner.id)
    mongo.transaction(lambda tx: scores.quiz_graded(tx, course, learner, ObjectId(quiz), percent, passed))


def test_a_passed_quiz_completes_its_lessons_and_the_best_score_is_kept(here: Learning):
    first, second = here.course.lessons
    quiz = put_quiz(here.course, first)
    here.set_rules(first, completion={"kind": "quiz_passed", "quiz_id": quiz})
    grade(here, quiz, 40, passed=False)
    assert here.progress()["percent"] == 0
    grade(here, quiz, 80.5, passed=True)
    assert here.progress()["percent"] == 50
    grade(here, quiz, 20, passed=False)
    assert here.stored()["quiz_scores"] == {quiz: {"percent": 80.5, "passed": True}}
    assert here.completions(first) == ["lesson.completed"]
    here.complete(second)
    assert here.completions(here.course.id) == ["course.completed"]


def test_a_quiz_can_complete_the_course_in_the_transaction_that_grades_it(here: Learning):
    from lms import mongo
    from lms.progress import scores

    first, second = here.course.lessons
    quiz = put_quiz(here.course, second)
    here.set_rules(second, completion={"kind": "quiz_passed", "quiz_id": quiz})
    here.complete(first)

    def fails(tx: mongo.Transaction) -> None:
        course, learner = ObjectId(here.course.id), ObjectId(here.learner.id)
        scores.quiz_graded(tx, course, learner, ObjectId(quiz), 100, True)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        mongo.transaction(fails)
    assert (here.progress()["percent"], here.completions(here.course.id)) == (50, [])
    grade(here, quiz, 100, passed=True)
    assert here.completions(second) + here.completions(here.course.id) == ["lesson.completed", "course.completed"]
    assert here.stored()["completion"]["version"] == here.course.version()


def test_a_score_opens_what_waits_for_it(here: Learning):
    first, second = here.course.lessons
    quiz = put_quiz(here.course, first)
    condition = {"kind": "quiz_score", "quiz_id": quiz, "percent": 60}
    here.set_rules(second, release={"match": "all", "conditions": [condition]})
    grade(here, quiz, 59.9, passed=True)
    answer = here.learner.get(here.lesson_path(second))
    assert answer.json["missing"] == [{**condition, "percent": 60.0, "best": 59.9}]
    grade(here, quiz, 60, passed=False)
    assert here.learner.get(here.lesson_path(second)).status == 200


def test_a_locked_lesson_has_no_progress(here: Learning):
    first, second = here.course.lessons
    rule = {"match": "all", "conditions": [{"kind": "lesson_completed", "lesson_id": first}]}
    here.set_rules(second, release=rule)
    answer = here.put(second, seconds=5, completed=True)
    assert (answer.status, answer.json["code"], answer.json["detail"]) == (403, "LESSON_LOCKED", "Complete “First”")
    assert states(here.progress()) == ["not_started", "not_started"]
    here.complete(first, second)
    assert here.progress()["percent"] == 100


def test_a_lesson_that_is_not_there_has_no_progress(here: Learning):
    second = here.course.lessons[1]
    here.delete(second)
    for lesson_id in (second, "0" * 24, "x"):
        assert here.put(lesson_id, seconds=1).status == 404


@pytest.mark.parametrize(
    "heartbeat",
    [
        {"position": -1},
        {"position": "1"},
        {"position": True},
        {"position": 1e10},
        {"seconds": -1},
        {"seconds": 1.5},
        {"seconds": "1"},
        {"seconds": 10**9},
        {"completed": 1},
        {"completed": None},
        {"percent": 100},
    ],
)
def test_what_is_no_heartbeat_is_refused(here: Learning, heartbeat: dict[str, Any]):
    assert here.put(here.course.lessons[0], **heartbeat).status == 422


def test_staff_see_a_learners_progress(api: Api, here: Learning):
    here.complete(here.course.lessons[0])
    assistant = api.person()
    seat(assistant, here.course.id, "assistant")
    for grader in (here.course.owner, assistant):
        answer = grader.get(f"{here.path}/{here.learner.id}")
        assert (answer.status, answer.json) == (200, here.progress())
    assert here.learner.get(f"{here.path}/{here.learner.id}").status == 403
    for nobody in (assistant.id, "0" * 24, "x"):
        assert here.course.owner.get(f"{here.path}/{nobody}").status == 404


def test_an_assistant_of_cohorts_sees_these_alone(api: Api, here: Learning):
    from lms.courses.repository import courses

    assistant, other, cohort = api.person(), api.person(), ObjectId()
    person = {"user_id": ObjectId(assistant.id), "role": "assistant", "cohort_ids": [cohort]}
    courses().update_one({"_id": ObjectId(here.course.id)}, {"$push": {"staff": person}})
    enrol(other, here.course, cohort_id=cohort)
    assert assistant.get(f"{here.path}/{other.id}").status == 200
    assert assistant.get(f"{here.path}/{here.learner.id}").status == 404


def test_who_has_left_keeps_their_progress(here: Learning):
    from lms.enrollment.repository import enrollments

    here.complete(here.course.lessons[0])
    whose = {"course_id": ObjectId(here.course.id), "user_id": ObjectId(here.learner.id)}
    enrollments().update_one(whose, {"$set": {"status": "withdrawn"}})
    assert here.put(here.course.lessons[1], completed=True).status == 403
    left = here.course.owner.get(f"{here.path}/{here.learner.id}").json
    assert (left["percent"], left["next_lesson_id"]) == (50, None)
    enrollments().update_one(whose, {"$set": {"status": "active"}})
    assert here.progress()["percent"] == 50


def test_a_heartbeat_is_two_round_trips_and_a_completion_a_transaction(here: Learning):
    first = here.course.lessons[0]

    def commands(**heartbeat: Any) -> list[str]:
        with recorded() as log:
            assert here.put(first, **heartbeat).status == 200
        assert not any(command.scans_a_collection for command in log)
        return [command.name for command in log]

    plain = ["aggregate", "findAndModify"]
    assert commands(seconds=1) == plain
    assert commands(seconds=1) == plain
    assert commands(completed=True) == [*plain, "find", "findAndModify", "insert", "commitTransaction"]
    assert commands(seconds=1, completed=True) == plain
