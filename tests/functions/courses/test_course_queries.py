"""How the courses endpoints' variants go to MongoDB; the plain calls stand in contract/test_round_trips.py."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId

from lms import clock
from tests.functions.courses.authored import Authored, author, new_course, publish
from tests.mongo_commands import Command, recorded
from tests.people import Answer, Api


@pytest.fixture
def course(api: Api) -> Authored:
    course = author(api.person())
    course.owner.get(course.path)
    return course


def commands(call: Callable[[], Answer]) -> list[Command]:
    with recorded() as log:
        answer = call()
    assert answer.status == 200, answer.text
    return log


def test_reads_of_a_learner(api: Api, course: Authored):
    from tests.functions.courses.authored import seat

    learner = api.person()
    publish(course.id)
    seat(learner, course.id, "learner")
    log = commands(lambda: learner.get(course.lesson_path))
    assert [command.name for command in log] == ["aggregate", "find"]
    assert not any(command.scans_a_collection for command in log)


@pytest.mark.parametrize("second_page", [False, True])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "difficulty=beginner",
        "tag=a",
        "skill=s",
        "language=en",
        "owner=me",
        "owner=" + "0" * 24,
        "tag=a&skill=s",
        "sort=title",
        "sort=title&difficulty=beginner",
    ],
)
def test_the_catalogue_walks_an_index_in_the_order_of_the_page(api: Api, query: str, second_page: bool):
    person = api.person()
    for _ in range(2):
        publish(new_course(person, tags=["a"], skills=["s"], difficulty="beginner"))
    cursor = ""
    if second_page:
        sort = "title" if "sort=title" in query else "newest"
        cursor = "&cursor=" + person.get(f"/courses?owner=me&limit=1&sort={sort}").json["next_cursor"]
    [command, _] = commands(lambda: person.get(f"/courses?{query}{cursor}"))
    assert command.name == "find"
    assert not command.scans_a_collection
    assert "SORT" not in stages(command.plan()["queryPlanner"]["winningPlan"])


@pytest.fixture(scope="module")
def many(api: Api) -> Iterator[list[str]]:
    """Two thousand published courses of others; the titles of five hold a word that no other course does."""
    from lms.courses.repository import courses

    owner, word, now = ObjectId(), f"w{ObjectId()}", clock.now()
    rows = [
        {
            "_id": ObjectId(),
            "title": f"Course {number} {word if number % 400 == 0 else ''}",
            "title_key": f"course {number}",
            **dict.fromkeys(("audience", "description", "language", "time_zone"), "x"),
            **{"difficulty": "beginner", "tags": ["many"], "skills": [], "modules": [], "version": 1},
            **{"owner_id": owner, "staff": [{"user_id": owner, "role": "owner"}], "status": "published"},
            **{"created_at": now - timedelta(days=1, seconds=number), "updated_at": now, "deleted_at": None},
        }
        for number in range(2_000)
    ]
    courses().insert_many(rows)
    yield [word]
    courses().delete_many({"owner_id": owner})


@pytest.mark.parametrize(
    ("query", "most"),
    [("", 25), ("sort=title", 25), ("tag=many", 25), ("q={word}", 5), ("q={word}&sort=newest", 5)],
)
def test_the_catalogue_reads_no_more_than_it_shows(api: Api, many: list[str], query: str, most: int):
    """Whatever else there is. A search reads what the rarest word's index entries point to."""
    person = api.person()
    [command, _] = commands(lambda: person.get(f"/courses?limit=10&{query.format(word=many[0])}"))
    assert not command.scans_a_collection
    read = figures(command.plan(), "totalDocsExamined")
    assert 0 < max(read) <= 2 * most, read
    assert max(figures(command.plan(), "totalKeysExamined")) <= 2 * most
    if "{word}" in query:
        assert command.indexes == {"text"}


def figures(plan: Any, name: str) -> list[int]:
    if isinstance(plan, list):
        return [figure for each in plan for figure in figures(each, name)]
    if isinstance(plan, dict):
        here = [plan[name]] if name in plan else []
        return here + figures(list(plan.values()), name)
    return []


def stages(plan: Any) -> set[str]:
    if isinstance(plan, list):
        return set().union(*map(stages, plan))
    if isinstance(plan, dict):
        return stages(list(plan.values())) | ({plan["stage"]} if isinstance(plan.get("stage"), str) else set())
    return set()


@pytest.mark.parametrize(
    ("change", "round_trips"),
    [({"skills": ["s"]}, 7), ({"blocks": [{"kind": "markdown", "text": "x"}]}, 9)],
    ids=["what the lesson alone shows", "what the outline shows too"],
)
def test_a_change_of_a_lesson(course: Authored, change: dict[str, Any], round_trips: int):
    log = commands(lambda: course.owner.patch(course.lesson_path, change))
    assert len(log) == round_trips, [command.name for command in log]
    assert not any(command.scans_a_collection for command in log)
