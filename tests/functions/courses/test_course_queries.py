"""How the courses endpoints' variants go to MongoDB; the plain calls stand in contract/test_round_trips.py."""

from collections.abc import Callable
from typing import Any

import pytest

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
    ],
)
def test_the_catalogue_walks_an_index_in_the_order_of_the_page(api: Api, query: str, second_page: bool):
    person = api.person()
    for _ in range(2):
        publish(new_course(person, tags=["a"], skills=["s"], difficulty="beginner"))
    cursor = ""
    if second_page:
        cursor = "&cursor=" + person.get("/courses?owner=me&limit=1").json["next_cursor"]
    [command] = commands(lambda: person.get(f"/courses?{query}{cursor}"))
    assert command.name == "find"
    assert not command.scans_a_collection
    assert "SORT" not in stages(command.plan()["queryPlanner"]["winningPlan"])


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
