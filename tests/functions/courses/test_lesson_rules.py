"""Release and completion rules as editors write them: what they may name, and that no lesson waits for itself."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import Authored, author, new_lesson
from tests.functions.courses.learning import put_quiz
from tests.people import Answer, Api

NOWHERE = "0" * 24


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def completed(lesson_id: str) -> dict[str, Any]:
    return {"kind": "lesson_completed", "lesson_id": lesson_id}


def scored(quiz_id: str, percent: float = 60) -> dict[str, Any]:
    return {"kind": "quiz_score", "quiz_id": quiz_id, "percent": percent}


def after(*conditions: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {"release": {"match": match, "conditions": list(conditions)}}


def patch(course: Authored, lesson_id: str, rules: dict[str, Any]) -> Answer:
    return course.owner.patch(f"{course.path}/lessons/{lesson_id}", rules)


def row_of(course: Authored, lesson_id: str) -> dict[str, Any]:
    rows = [row for module in course.outline() for row in module["lessons"]]
    return next(row for row in rows if row["id"] == lesson_id)


def test_a_lesson_is_open_and_completed_by_looking_unless_told_otherwise(course: Authored):
    for shown in (course.owner.get(course.lesson_path).json, row_of(course, course.lessons[0])):
        assert (shown["release"], shown["completion"]) == (None, {"kind": "viewed"})


def test_rules_come_back_as_written_in_the_lesson_and_in_the_outline(course: Authored):
    first, second = course.lessons
    quiz = put_quiz(course, first)
    rules = {
        **after(
            {"kind": "date", "at": "2030-03-01T09:00:00.000Z"},
            {"kind": "days_after_enrollment", "days": 7},
            completed(first),
            scored(quiz, 62.5),
            match="any",
        ),
        "completion": {"kind": "minutes", "minutes": 5},
    }
    answer = patch(course, second, rules)
    assert answer.status == 200, answer.text
    created = new_lesson(course.owner, course.id, course.modules[1], **rules)
    for lesson in (answer.json, row_of(course, second), created, row_of(course, created["id"])):
        assert {name: lesson[name] for name in rules} == rules
    answer = patch(course, second, {"release": None, "completion": {"kind": "quiz_passed", "quiz_id": quiz}})
    assert (answer.json["release"], answer.json["completion"]["quiz_id"]) == (None, quiz)
    assert row_of(course, second)["completion"] == answer.json["completion"]


@pytest.mark.parametrize(
    ("rules", "pointer"),
    [
        ({"release": {"match": "all", "conditions": []}}, "/release/conditions"),
        (after(*[{"kind": "days_after_enrollment", "days": 1}] * 21), "/release/conditions"),
        (after({"kind": "moon"}), "/release/conditions/0"),
        (after({"kind": "days_after_enrollment", "days": -1}), "/release/conditions/0"),
        (after({"kind": "date", "at": "2030-03-01"}), "/release/conditions/0"),
        (after({"kind": "lesson_completed", "lesson_id": "x"}), "/release/conditions/0"),
        (after(scored(NOWHERE, 101)), "/release/conditions/0"),
        ({"release": {"conditions": [completed(NOWHERE)]}}, "/release/match"),
        ({"completion": None}, "/completion"),
        ({"completion": {"kind": "minutes", "minutes": 0}}, "/completion"),
        ({"completion": {"kind": "viewed", "minutes": 1}}, "/completion"),
        (after(completed(NOWHERE)), "/release/conditions/0/lesson_id"),
        (after({"kind": "days_after_enrollment", "days": 1}, scored(NOWHERE)), "/release/conditions/1/quiz_id"),
        ({"completion": {"kind": "quiz_passed", "quiz_id": NOWHERE}}, "/completion/quiz_id"),
    ],
)
def test_what_is_no_rule_is_refused(course: Authored, rules: dict[str, Any], pointer: str):
    answer = patch(course, course.lessons[1], rules)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"].startswith(pointer), answer.text
    answer = course.owner.post(f"{course.path}/lessons", {"module_id": course.modules[0], "title": "L", **rules})
    assert answer.status == 422


def test_lessons_and_quizzes_of_another_course_cannot_be_named(api: Api, course: Authored):
    other = author(course.owner)
    quiz = put_quiz(other, other.lessons[0])
    answer = patch(course, course.lessons[0], after(completed(other.lessons[0]), scored(quiz)))
    assert [row["pointer"] for row in answer.json["errors"]] == [
        "/release/conditions/0/lesson_id",
        "/release/conditions/1/quiz_id",
    ]


def titles(problem: Answer) -> list[str]:
    return sorted(lesson["title"] for lesson in problem.json["lessons"])


def test_a_circle_is_refused_and_named(course: Authored):
    first, second = course.lessons
    third = new_lesson(course.owner, course.id, course.modules[1], "Third", **after(completed(second)))["id"]
    assert patch(course, second, after(completed(first))).status == 200
    before = course.outline()
    answer = patch(course, first, after(completed(third), match="any"))
    assert (answer.status, answer.json["code"]) == (422, "RELEASE_CYCLE")
    assert titles(answer) == ["First", "Second", "Third"]
    assert course.outline() == before
    assert course.owner.get(course.lesson_path).json["release"] is None


def test_a_lesson_cannot_wait_for_itself_or_its_own_quiz(course: Authored):
    first = course.lessons[0]
    for rule in (completed(first), scored(put_quiz(course, first))):
        answer = patch(course, first, after(rule))
        assert (answer.json["code"], titles(answer)) == ("RELEASE_CYCLE", ["First"])


def test_a_circle_through_a_quiz_is_refused(course: Authored):
    first, second = course.lessons
    quiz = put_quiz(course, second)
    assert patch(course, first, after(scored(quiz))).status == 200
    assert patch(course, second, after(completed(first))).json["code"] == "RELEASE_CYCLE"


def test_a_circle_through_what_completes_is_refused(course: Authored):
    first, second = course.lessons
    quiz = put_quiz(course, second)
    assert patch(course, first, {"completion": {"kind": "quiz_passed", "quiz_id": quiz}}).status == 200
    answer = patch(course, second, after(completed(first)))
    assert (answer.json["code"], titles(answer)) == ("RELEASE_CYCLE", ["First", "Second"])


def test_what_looks_like_a_circle_but_can_be_walked_is_allowed(course: Authored):
    """Each is completed by the quiz in the other, and both are open: nobody waits."""
    first, second = course.lessons
    for lesson, other in ((first, second), (second, first)):
        quiz = put_quiz(course, other)
        assert patch(course, lesson, {"completion": {"kind": "quiz_passed", "quiz_id": quiz}}).status == 200
        assert patch(course, lesson, after(scored(put_quiz(course)))).status == 200


def test_a_lesson_that_others_wait_for_is_not_deleted(course: Authored):
    first, second = course.lessons
    quiz = put_quiz(course, first)
    rules: list[dict[str, Any]] = [
        after(completed(first)),
        after(scored(quiz)),
        {"completion": {"kind": "quiz_passed", "quiz_id": quiz}},
    ]
    for rule in rules:
        assert patch(course, second, rule).status == 200
        answer = course.owner.delete(course.lesson_path)
        assert (answer.status, answer.json["code"], titles(answer)) == (409, "LESSON_REQUIRED", ["Second"])
        assert patch(course, second, {"release": None, "completion": {"kind": "viewed"}}).status == 200
    assert patch(course, first, {"completion": {"kind": "quiz_passed", "quiz_id": quiz}}).status == 200
    assert course.owner.delete(course.lesson_path).status == 204


def test_two_edits_at_once_do_not_close_a_circle(course: Authored):
    """Each is sound by itself. Straight into the rule, since the resolver takes one event at a time."""
    from lms.caller import Caller
    from lms.courses import lessons, repository
    from lms.courses.access import CourseAccess
    from lms.courses.models.lesson import LessonChange
    from lms.errors import Invalid
    from lms.permissions import CourseRole, Role

    found = repository.course(ObjectId(course.id), repository.MEMBERSHIP)
    assert found
    access = CourseAccess(Caller(ObjectId(course.owner.id), Role.STUDENT, ObjectId()), found, CourseRole.OWNER)
    first, second = course.lessons

    def wait_for(lesson_id: str, other: str) -> bool:
        try:
            rules = LessonChange.model_validate(after(completed(other)))
            lessons.change(access, ObjectId(lesson_id), rules, None)
        except Invalid as error:
            assert error.code == "RELEASE_CYCLE"
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            done = list(pool.map(wait_for, (first, second), (second, first)))
            assert sorted(done) == [False, True]
            for lesson in course.lessons:
                assert patch(course, lesson, {"release": None}).status == 200


def test_a_deleted_lesson_that_its_own_quiz_completes_comes_back(course: Authored):
    rule = {"completion": {"kind": "quiz_passed", "quiz_id": put_quiz(course, course.lessons[0])}}
    assert patch(course, course.lessons[0], rule).status == 200
    assert course.owner.delete(course.lesson_path).status == 204
    restored = course.owner.post(f"{course.lesson_path}/versions/1/restore")
    assert restored.status == 200, restored.text
    assert row_of(course, course.lessons[0])["completion"] == rule["completion"]


def test_a_deleted_lesson_whose_prerequisite_is_gone_does_not_come_back(course: Authored):
    first, second = course.lessons
    assert patch(course, second, after(completed(first))).status == 200
    assert course.owner.delete(f"{course.path}/lessons/{second}").status == 204
    assert course.owner.delete(course.lesson_path).status == 204
    restored = course.owner.post(f"{course.path}/lessons/{second}/versions/1/restore")
    assert (restored.status, restored.json["errors"][0]["pointer"]) == (422, "/release/conditions/0/lesson_id")
    for lesson in (first, second):
        assert course.owner.post(f"{course.path}/lessons/{lesson}/versions/1/restore").status == 200


def test_a_quiz_that_lessons_wait_for_is_not_deleted(course: Authored):
    quiz = put_quiz(course)
    assert patch(course, course.lessons[0], after(scored(quiz))).status == 200
    answer = course.owner.delete(f"/quizzes/{quiz}")
    assert (answer.status, answer.json["code"], titles(answer)) == (409, "QUIZ_REQUIRED", ["First"])
    assert patch(course, course.lessons[0], {"release": None}).status == 200
    assert course.owner.delete(f"/quizzes/{quiz}").status == 204


def test_a_quiz_does_not_move_to_where_it_closes_a_circle(course: Authored):
    first, second = course.lessons
    quiz = put_quiz(course, second)
    assert patch(course, first, after(scored(quiz))).status == 200
    answer = course.owner.patch(f"/quizzes/{quiz}", {"lesson_id": first})
    assert (answer.status, answer.json["code"]) == (422, "RELEASE_CYCLE")
