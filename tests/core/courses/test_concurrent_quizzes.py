"""Two who change a course's quizzes and questions at once: whatever comes first, what a quiz asks is there."""

from typing import Any

import pytest
from bson import ObjectId

from lms.errors import DomainError
from tests import at_once
from tests.core.courses.test_concurrent_edits import access
from tests.functions.courses.authored import Authored, author
from tests.functions.courses.test_questions import add
from tests.functions.courses.test_quizzes import new_quiz
from tests.people import Api


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def to(mine: Any, resource_id: str) -> Any:
    return mine._replace(resource={"_id": ObjectId(resource_id)})


def attempt(work: Any) -> str:
    try:
        work()
    except DomainError as refused:
        return refused.code
    return "done"


def test_a_question_is_deleted_or_asked_and_never_both(course: Authored):
    from lms.quizzes import bank, quizzes
    from lms.quizzes.models.items import FixedItem, Items

    mine = access(course)
    quiz = new_quiz(course)["id"]
    seen = set()
    for _ in range(20):
        question = add(course)["id"]
        items = Items(items=[FixedItem(question_id=question)])
        outcome = at_once.results(
            lambda question=question: attempt(lambda: bank.delete(to(mine, question), None)),
            lambda items=items: attempt(lambda: quizzes.replace_items(to(mine, quiz), items, None)),
        )
        assert outcome in (["done", "INVALID"], ["QUESTION_IN_USE", "done"])
        seen.add(outcome[0])
        there = course.owner.get(f"/questions/{question}").status
        assert there == (404 if outcome[0] == "done" else 200)
    assert seen <= {"done", "QUESTION_IN_USE"}


def test_of_two_quizzes_for_one_lesson_one_is_refused(course: Authored):
    from lms import mongo
    from lms.quizzes import quizzes
    from lms.quizzes.models.quiz import NewQuiz

    mine = access(course)

    def make(lesson: str) -> str:
        new = NewQuiz(title="Q", lesson_id=lesson)
        return attempt(lambda: mongo.transaction(lambda tx: quizzes.create(tx, mine, new)))

    for lesson in course.lessons:
        found = at_once.results(*[lambda lesson=lesson: make(lesson)] * 4)
        assert sorted(found) == ["LESSON_HAS_QUIZ"] * 3 + ["done"]
    assert len(course.owner.get(f"{course.path}/quizzes").json["items"]) == 2


def test_of_two_changes_of_a_question_both_make_a_version(course: Authored):
    from lms.quizzes import bank
    from lms.quizzes.models.question import QuestionChange
    from lms.quizzes.repository import question_versions

    mine = access(course)
    question = add(course)["id"]

    def change(points: int) -> None:
        bank.change(to(mine, question), QuestionChange(points=points), None)

    at_once.results(*[lambda points=points: change(points) for points in range(2, 8)])
    kept = list(question_versions().find({"question_id": ObjectId(question)}).sort("version", 1))
    assert [each["version"] for each in kept] == list(range(1, 8))
    assert sorted(each["points"] for each in kept) == list(range(1, 8))
    assert course.owner.get(f"/questions/{question}").json["points"] == kept[-1]["points"]
