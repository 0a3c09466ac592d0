"""GET /courses/{id}/learners/progress"""

from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import new_lesson
from tests.functions.courses.learning import Learning, enrol, learning
from tests.mongo_commands import recorded
from tests.people import Api, Person


@pytest.fixture
def here(api: Api) -> Learning:
    return learning(api)


def table(here: Learning, who: Person | None = None, query: str = "") -> dict[str, Any]:
    answer = (who or here.course.owner).get(f"{here.course.path}/learners/progress{query}")
    assert answer.status == 200, answer.text
    return answer.json


def test_each_learners_row_names_lessons_by_number(api: Api, here: Learning):
    first, second = here.course.lessons
    third = here.add_lesson("Third")
    here.complete(second)
    here.put(first, seconds=5)
    idle = api.person()
    enrol(idle, here.course)
    shown = table(here)
    assert shown["columns"] == [
        {"lesson_id": first, "title": "First"},
        {"lesson_id": second, "title": "Second"},
        {"lesson_id": third, "title": "Third"},
    ]
    progress = here.progress()
    assert shown["items"] == [
        {
            "user_id": here.learner.id,
            "name": "Some Body",
            "percent": 33,
            "completed": [1],
            "started": [0],
            **{name: progress[name] for name in ("completed_at", "completed_version", "active_at")},
        },
        {
            "user_id": idle.id,
            "name": "Some Body",
            "percent": 0,
            "completed": [],
            "started": [],
            "completed_at": None,
            "completed_version": None,
            "active_at": None,
        },
    ]
    here.delete(second)
    assert [(row["percent"], row["completed"]) for row in table(here)["items"]] == [(0, []), (0, [])]


def test_a_page_of_a_hundred_learners_is_three_round_trips(api: Api, here: Learning):
    from lms.auth.repository import users
    from lms.enrollment.repository import enrollments
    from lms.progress.repository import course_progress

    for number in range(8):
        new_lesson(here.course.owner, here.course.id, here.course.modules[1], f"More {number}")
    people = [ObjectId() for _ in range(150)]
    users().insert_many(
        [{"_id": _id, "name": f"N{i}", "email": f"{_id}@example.org"} for i, _id in enumerate(people)]
    )
    course = ObjectId(here.course.id)
    lesson = here.course.lessons[0]
    seats = {"course_id": course, "status": "active"}
    enrollments().insert_many([{**seats, "user_id": _id} for _id in people])
    done = {"course_id": course, "completed": {lesson: None}, "seconds": {lesson: 3}}
    course_progress().insert_many([{**done, "user_id": _id} for _id in people])
    with recorded() as log:
        page = table(here, query="?limit=100")
    assert [(command.name, command.collection) for command in log] == [
        ("aggregate", "courses"),
        ("find", "enrollments"),
        ("aggregate", "course_progress"),
    ]
    assert not any(command.scans_a_collection for command in log)
    rest = table(here, query=f"?limit=100&cursor={page['next_cursor']}")
    seen = [row["user_id"] for row in [*page["items"], *rest["items"]]]
    assert seen == [here.learner.id, *map(str, people)]
    assert (rest["next_cursor"], rest["columns"]) == (None, page["columns"])
    assert {(row["name"], row["percent"]) for row in rest["items"][-2:]} == {("N148", 10), ("N149", 10)}


def test_who_waits_or_has_left_has_no_row(api: Api, here: Learning):
    for status in ("waiting", "withdrawn"):
        enrol(api.person(), here.course, status=status)
    assert [row["user_id"] for row in table(here)["items"]] == [here.learner.id]


def test_an_assistant_of_cohorts_sees_these_alone(api: Api, here: Learning):
    from lms.courses.repository import courses

    assistant, other, cohort = api.person(), api.person(), ObjectId()
    person = {"user_id": ObjectId(assistant.id), "role": "assistant", "cohort_ids": [cohort]}
    courses().update_one({"_id": ObjectId(here.course.id)}, {"$push": {"staff": person}})
    enrol(other, here.course, cohort_id=cohort)
    assert [row["user_id"] for row in table(here, assistant)["items"]] == [other.id]


def test_summaries_of_many_are_one_query(api: Api, here: Learning):
    from lms.courses import repository
    from lms.progress import overview

    here.complete(here.course.lessons[0])
    course = repository.course(ObjectId(here.course.id), repository.OUTLINE)
    assert course
    learner, nobody = ObjectId(here.learner.id), ObjectId()
    with recorded() as log:
        found = overview.summaries(course, [learner, nobody])
    assert [command.name for command in log] == ["aggregate"]
    assert not log[0].scans_a_collection
    assert {_id: row["percent"] for _id, row in found.items()} == {learner: 50, nobody: 0}
