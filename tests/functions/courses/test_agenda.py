"""GET /users/me/agenda"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import author, publish
from tests.functions.courses.learning import Learning, enrol, learning
from tests.mongo_commands import recorded
from tests.people import Api, Person

NOW = datetime.now(UTC).replace(microsecond=0)


def day(days: float) -> datetime:
    return NOW + timedelta(days=days)


def text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture
def here(api: Api) -> Learning:
    return learning(api)


def agenda(person: Person, query: str = "") -> list[dict[str, Any]]:
    answer = person.get(f"/users/me/agenda{query}")
    assert answer.status == 200, answer.text
    return answer.json["items"]


def kinds(person: Person, query: str = "") -> list[tuple[str, str]]:
    return [(item["kind"], item["at"]) for item in agenda(person, query)]


def add_quiz(here: Learning, **fields: Any) -> str:
    from lms.quizzes.repository import quizzes

    quiz = {
        "course_id": ObjectId(here.course.id),
        "lesson_id": None,
        "title": "Test",
        "published": True,
        **dict.fromkeys(("opens_at", "due_at", "closes_at", "time_limit_minutes", "attempts", "late_policy")),
        "overrides": [],
        "deleted_at": None,
        **fields,
    }
    return str(quizzes().insert_one(quiz).inserted_id)


def add_attempt(here: Learning, quiz: str, person: Person, **fields: Any) -> str:
    from lms.attempts.repository import attempts

    whose = {"quiz_id": ObjectId(quiz), "course_id": ObjectId(here.course.id), "user_id": ObjectId(person.id)}
    times = {"started_at": day(-0.01), "deadline_at": None, "submitted_at": None, "number": 1}
    return str(attempts().insert_one({**whose, **times, **fields}).inserted_id)


def test_nothing_comes_up_for_somebody_new(api: Api):
    assert agenda(api.person()) == []


def test_a_course_and_its_lessons_in_the_order_of_time(here: Learning):
    first, second = here.course.lessons
    dates = {"starts_at": text(day(2)), "ends_at": text(day(20))}
    assert here.course.owner.patch(here.course.path, dates).status == 200
    date = {"kind": "date", "at": text(day(3))}
    here.set_rules(first, release={"match": "all", "conditions": [date]})
    here.set_rules(
        second, release={"match": "all", "conditions": [date, {"kind": "lesson_completed", "lesson_id": first}]}
    )
    assert agenda(here.learner) == [
        {
            "kind": kind,
            "at": text(day(days)),
            "title": title,
            "course_id": here.course.id,
            "course_title": "Introduction to Python",
            "lesson_id": lesson,
            **dict.fromkeys(("quiz_id", "assignment_id", "attempt_id", "done", "count")),
        }
        for kind, days, title, lesson in [
            ("course_starts", 2, "Introduction to Python", None),
            ("lesson_opens", 3, "First", first),
            ("course_ends", 20, "Introduction to Python", None),
        ]
    ]
    assert kinds(here.course.owner) == [("course_starts", text(day(2))), ("course_ends", text(day(20)))]


def test_from_and_to_bound_it(here: Learning):
    quiz = add_quiz(here, opens_at=day(-2), due_at=day(1), closes_at=day(40))
    assert kinds(here.learner) == [("due", text(day(1)))]
    assert kinds(here.learner, f"?to={text(day(41))}") == [("due", text(day(1))), ("closes", text(day(40)))]
    assert kinds(here.learner, f"?to={text(day(1))}") == []
    before = f"?from={text(day(-2))}&to={text(day(1))}"
    assert agenda(here.learner, before)[0]["quiz_id"] == quiz
    assert kinds(here.learner, before) == [("opens", text(day(-2)))]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?from=2030-01-02T00:00:00Z&to=2030-01-02T00:00:00Z", "?to"),
        ("?from=2030-01-01T00:00:00Z&to=2031-01-03T00:00:00Z", "?to"),
        ("?from=9999-12-31T00:00:00Z", "?from"),
        ("?from=2026-01-01", "?from"),
        ("?to=tomorrow", "?to"),
        ("?from=2026-01-01T00:00:00", "?from"),
    ],
)
def test_what_is_no_span_is_refused(api: Api, query: str, pointer: str):
    answer = api.person().get(f"/users/me/agenda{query}")
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_learners_own_dates_count(api: Api, here: Learning):
    other, cohort = api.person(), ObjectId()
    enrol(other, here.course, cohort_id=cohort, accommodations={"time_factor": 1.0, "extra_days": 2})
    override = {"cohort_id": cohort, "due_at": day(5)}
    add_quiz(here, due_at=day(1), overrides=[override, {"user_id": ObjectId(), "due_at": day(9)}])
    assert kinds(here.learner) == kinds(here.course.owner) == [("due", text(day(1)))]
    end = (day(7)).replace(hour=23, minute=59, second=0)
    assert kinds(other) == [("due", text(end))]


def test_quizzes_that_learners_do_not_see_are_left_out(here: Learning):
    add_quiz(here, due_at=day(1), published=False)
    add_quiz(here, due_at=day(1), deleted_at=NOW)
    assert agenda(here.learner) == agenda(here.course.owner) == []


def test_what_runs_and_what_is_done(here: Learning):
    running, done = add_quiz(here, due_at=day(2)), add_quiz(here, due_at=day(3))
    attempt = add_attempt(here, running, here.learner, status="open", deadline_at=day(0.02))
    add_attempt(here, done, here.learner, status="graded")
    shown = agenda(here.learner)
    assert [(item["kind"], item["quiz_id"], item["done"], item["attempt_id"]) for item in shown] == [
        ("attempt_running", running, None, attempt),
        ("due", running, False, None),
        ("due", done, True, None),
    ]
    assert shown[0]["at"] == text(day(0.02))
    assert [item["kind"] for item in agenda(here.learner, f"?from={text(day(1))}")] == ["due", "due"]


def test_an_assignments_dates_are_the_groups(api: Api, here: Learning):
    mate = api.person()
    enrol(mate, here.course)
    owner, path = here.course.owner, here.course.path
    groups = [{"name": "G", "member_ids": [here.learner.id, mate.id]}]
    set_id = owner.put(f"{path}/groups", {"sets": [{"name": "S", "groups": groups}]}).json["sets"][0]["id"]
    new = {"title": "Essay", "group_set_id": set_id, "due_at": text(day(1)), "closes_at": text(day(3))}
    drafted, shown = (owner.post(f"{path}/assignments", new).json["id"] for _ in range(2))
    owner.patch(f"/assignments/{shown}", {"published": True})
    later = [{"user_id": mate.id, "due_at": text(day(2))}]
    assert owner.put(f"/assignments/{shown}/overrides", {"overrides": later}).status == 200
    for person, due in ((here.learner, day(2)), (mate, day(2)), (owner, day(1))):
        assert [(item["kind"], item["at"], item["assignment_id"], item["title"]) for item in agenda(person)] == [
            ("due", text(due), shown, "Essay"),
            ("closes", text(day(3)), shown, "Essay"),
        ]
    assert drafted != shown


def test_staff_see_what_waits_for_them(api: Api, here: Learning):
    from lms.courses.repository import courses

    quiz, others = add_quiz(here), learning(api)
    for days in (-2, -1):
        add_attempt(here, quiz, api.person(), status="submitted", submitted_at=day(days))
    add_attempt(here, quiz, api.person(), status="graded", submitted_at=day(-3))
    add_attempt(others, add_quiz(others), api.person(), status="submitted", submitted_at=day(-1))
    [item] = agenda(here.course.owner)
    assert (item["kind"], item["count"], item["at"], item["quiz_id"]) == ("to_review", 2, text(day(-2)), quiz)
    limited = api.person()
    person = {"user_id": ObjectId(limited.id), "role": "assistant", "cohort_ids": [ObjectId()]}
    courses().update_one({"_id": ObjectId(here.course.id)}, {"$push": {"staff": person}})
    assert agenda(limited) == agenda(here.learner) == []


def test_many_courses_are_six_round_trips(api: Api):
    person = api.person()
    for number in range(4):
        course = author(person if number % 2 else api.person())
        publish(course.id)
        here = Learning(course, person)
        if number % 2 == 0:
            enrol(person, course)
        quiz = add_quiz(here, due_at=day(1))
        add_attempt(
            here, quiz, person if number % 2 == 0 else api.person(), status="submitted", submitted_at=day(-1)
        )
    with recorded() as log:
        assert len(agenda(person)) == 6
    assert [(command.name, command.collection) for command in log] == [
        ("distinct", "enrollments"),
        ("aggregate", "courses"),
        ("aggregate", "quizzes"),
        ("aggregate", "attempts"),
        ("aggregate", "group_sets"),
        ("aggregate", "assignments"),
    ]
    assert not any(command.scans_a_collection for command in log)
