"""Two who change one course at once both find their change in it."""

from typing import Any

import pytest
from bson import ObjectId

from lms.errors import PreconditionFailed
from tests import at_once
from tests.functions.courses.authored import Authored, author
from tests.people import Api


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def access(course: Authored) -> Any:
    from lms.caller import Caller
    from lms.courses import repository
    from lms.courses.access import CourseAccess
    from lms.permissions import CourseRole, Role

    found = repository.course(ObjectId(course.id), repository.MEMBERSHIP)
    assert found
    return CourseAccess(Caller(ObjectId(course.owner.id), Role.STUDENT, ObjectId()), found, CourseRole.OWNER)


def test_modules_and_lessons_added_at_once_all_stand(course: Authored):
    from lms import mongo
    from lms.courses import lessons, outline
    from lms.courses.models.lesson import NewLesson
    from lms.courses.models.outline import NewModule

    mine = access(course)

    def module() -> None:
        mongo.transaction(lambda tx: outline.add_module(tx, mine, NewModule(title="M")))

    def lesson() -> None:
        new = NewLesson(module_id=course.modules[1], title="L")
        mongo.transaction(lambda tx: lessons.create(tx, mine, new))

    before = course.version()
    at_once.results(*[module, lesson] * 3)
    modules = course.outline()
    assert len(modules) == 5
    assert len(modules[1]["lessons"]) == 3
    assert course.version() == before + 6


def test_of_two_on_the_same_version_one_is_refused(course: Authored):
    from lms.courses import authoring, lessons
    from lms.courses.models.course import CourseChange
    from lms.courses.models.lesson import LessonChange

    mine, version = access(course), course.version()

    def change(title: str) -> Any:
        def run() -> str:
            try:
                authoring.change(mine, CourseChange(title=title), version)
                lessons.change(mine, ObjectId(course.lessons[0]), LessonChange(title=title), 1)
            except PreconditionFailed:
                return ""
            return title

        return run

    [won] = filter(None, at_once.results(*(change(title) for title in "ABCD")))
    assert course.owner.get(course.path).json["title"] == won
    assert course.owner.get(course.lesson_path).json["title"] == won


def test_changes_at_once_keep_each_version_once(course: Authored):
    from lms.courses import lessons
    from lms.courses.models.lesson import LessonChange

    mine, lesson_id = access(course), ObjectId(course.lessons[0])
    titles = [f"T{number}" for number in range(8)]

    def change(title: str) -> Any:
        return lambda: lessons.change(mine, lesson_id, LessonChange(title=title), None)

    at_once.results(*map(change, titles))
    items = course.owner.get(f"{course.lesson_path}/versions").json["items"]
    assert [each["n"] for each in items] == list(range(9, 0, -1))
    assert sorted(each["title"] for each in items) == ["First", *titles]
    assert items[0]["title"] == course.owner.get(course.lesson_path).json["title"]
