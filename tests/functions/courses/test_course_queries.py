"""How often the courses endpoints go to MongoDB, and that no query of theirs walks a collection."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.courses.authored import Authored, author, new_course, publish
from tests.mongo_commands import Command, recorded
from tests.people import Answer, Api

BLOCKS = [{"kind": "markdown", "text": "x"}]


@pytest.fixture
def course(api: Api) -> Authored:
    course = author(api.person())
    course.owner.get(course.path)
    return course


def commands(call: Callable[[], Answer], status: int = 200) -> list[Command]:
    with recorded() as log:
        answer = call()
    assert answer.status == status, answer.text
    return log


@pytest.mark.parametrize(
    ("path", "round_trips"), [("", ["find"]), ("/outline", ["find"]), ("/lessons/{}", ["find", "aggregate"])]
)
def test_reads_of_an_editor(course: Authored, path: str, round_trips: list[str]):
    path = course.path + path.format(course.lessons[0])
    log = commands(lambda: course.owner.get(path))
    assert [command.name for command in log] == round_trips
    assert not any(command.scans_a_collection for command in log)


def test_reads_of_a_learner(api: Api, course: Authored):
    from tests.functions.courses.authored import seat

    learner = api.person()
    publish(course.id)
    seat(learner, course.id, "learner")
    log = commands(lambda: learner.get(course.lesson_path))
    assert [command.name for command in log] == ["find", "find"]
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


CHANGES: dict[str, tuple[Callable[[Authored], Answer], int, int]] = {
    "make a course": (
        lambda c: c.owner.post("/courses", {"title": "T", "audience": "a", "difficulty": "beginner"}),
        201,
        3,
    ),
    "change a course": (lambda c: c.owner.patch(c.path, {"title": "B"}), 200, 4),
    "delete a course": (lambda c: c.owner.delete(c.path), 204, 5),
    "reorder": (lambda c: c.owner.put(f"{c.path}/outline", {"modules": c.outline()}), 200, 6),
    "make a module": (lambda c: c.owner.post(f"{c.path}/modules", {"title": "M"}), 201, 5),
    "rename a module": (lambda c: c.owner.patch(f"{c.path}/modules/{c.modules[0]}", {"title": "M"}), 200, 5),
    "delete a module": (lambda c: c.owner.delete(f"{c.path}/modules/{c.modules[1]}"), 204, 6),
    "make a lesson": (
        lambda c: c.owner.post(f"{c.path}/lessons", {"module_id": c.modules[0], "title": "L"}),
        201,
        6,
    ),
    "change a lesson's text": (lambda c: c.owner.patch(c.lesson_path, {"skills": ["s"]}), 200, 6),
    "change a lesson's row": (lambda c: c.owner.patch(c.lesson_path, {"blocks": BLOCKS}), 200, 8),
    "delete a lesson": (lambda c: c.owner.delete(c.lesson_path), 204, 8),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_changes(course: Authored, name: str):
    call, status, round_trips = CHANGES[name]
    log = commands(lambda: call(course), status)
    assert len(log) == round_trips, [command.name for command in log]
    assert not any(command.scans_a_collection for command in log)


def test_the_check_sees_a_scan(api: Api):
    from lms.courses.repository import courses, lessons

    with recorded() as log:
        courses().find_one({"title": "no index on this"})
        list(
            courses().aggregate(
                [
                    {"$match": {"status": "published"}},
                    {"$lookup": {"from": lessons.name, "localField": "_id", "foreignField": "title", "as": "x"}},
                ]
            )
        )
    seen = [command for command in log if command.name != "getMore"]
    assert [(command.name, command.collection, command.scans_a_collection) for command in seen] == [
        ("find", "courses", True),
        ("aggregate", "courses", True),
    ]
