"""A course that is learned, over HTTP on the running stack: locks, heartbeats, completion, and who sees it."""

from typing import Any

import pytest

from tests.functions.courses.authored import Authored, new_course, new_lesson
from tests.people import Api, Person


@pytest.fixture
def course(stack_api: Api) -> Authored:
    """Three lessons: the second waits for the first, the third opens far in the future."""
    owner = stack_api.person("instructor")
    id = new_course(owner, description="Learned from end to end")
    module = owner.post(f"/courses/{id}/modules", {"title": "One"}).json["id"]

    def add(title: str, **rules: Any) -> str:
        lesson: str = new_lesson(
            owner, id, module, title, objectives=["Know it"], blocks=[{"kind": "markdown", "text": title}], **rules
        )["id"]
        return lesson

    first = add("First")
    waits = {"match": "all", "conditions": [{"kind": "lesson_completed", "lesson_id": first}]}
    second = add("Second", release=waits, completion={"kind": "minutes", "minutes": 1})
    later = {"match": "all", "conditions": [{"kind": "date", "at": "2099-01-01T09:00:00Z"}]}
    third = add("Third", release=later)
    answer = owner.post(f"/courses/{id}/publish", {})
    assert answer.status == 200, answer.text
    assert owner.put(f"/courses/{id}/enrollment-policy", {"mode": "open"}).status == 200
    return Authored(owner, id, [module], [first, second, third])


@pytest.fixture
def learner(stack_api: Api, course: Authored) -> Person:
    person = stack_api.person()
    assert person.post(f"{course.path}/enrollments", {}).status == 201
    return person


def locks(person: Person, course: Authored) -> list[str | None]:
    modules = person.get(f"{course.path}/outline").json["modules"]
    return [row["reason"] for module in modules for row in module["lessons"]]


def test_a_learner_goes_through_a_course(stack_api: Api, course: Authored, learner: Person):
    first, second, third = course.lessons
    assert locks(learner, course) == [None, "LESSON_NOT_COMPLETED", "OPENS_LATER"]
    locked = learner.get(f"{course.path}/lessons/{second}")
    assert (locked.status, locked.json["detail"]) == (403, "Complete “First”")
    [mine] = learner.get("/users/me/courses").json["items"]
    assert (mine["id"], mine["percent"], mine["next_lesson"]["id"]) == (course.id, 0, first)

    done = learner.put(f"{course.path}/lessons/{first}/progress", {"position": 1, "seconds": 40, "completed": True})
    assert (done.status, done.json["percent"]) == (200, 33)
    assert locks(learner, course) == [None, None, "OPENS_LATER"]

    def spend(seconds: int) -> dict[str, Any]:
        answer = learner.put(f"{course.path}/lessons/{second}/progress", {"seconds": seconds})
        assert answer.status == 200, answer.text
        return answer.json["lesson"]

    assert (spend(30)["status"], spend(10)["seconds"]) == ("started", 30)
    assert spend(60)["status"] == "completed"
    [row] = course.owner.get(f"{course.path}/learners/progress").json["items"]
    assert (row["user_id"], row["percent"], row["completed"], row["started"]) == (learner.id, 66, [0, 1], [])

    assert course.owner.delete(f"{course.path}/lessons/{first}").json["code"] == "LESSON_REQUIRED"
    assert course.owner.delete(f"{course.path}/lessons/{third}").status == 204
    progress = learner.get(f"{course.path}/progress").json
    assert (progress["percent"], progress["completed_version"]) == (100, course.version())
    new_lesson(course.owner, course.id, course.modules[0], "Fourth")
    seen = course.owner.get(f"{course.path}/progress/{learner.id}").json
    assert (seen["percent"], seen["completed_at"]) == (66, progress["completed_at"])


def test_what_comes_up(course: Authored, learner: Person):
    span = "?from=2098-12-01T00:00:00Z&to=2099-02-01T00:00:00Z"
    [item] = learner.get(f"/users/me/agenda{span}").json["items"]
    assert (item["kind"], item["at"], item["title"]) == ("lesson_opens", "2099-01-01T09:00:00.000Z", "Third")
    assert course.owner.get(f"/users/me/agenda{span}").json["items"] == []
