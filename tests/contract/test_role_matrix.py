"""Every endpoint × every role, generated from the handlers' signatures and the permission table.

Validation runs before permissions, so every call is otherwise valid. An endpoint without its row here fails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from aws_lambda_powertools.event_handler.depends import Depends
from bson import ObjectId

from lms.permissions import GLOBAL, IN_COURSE, CourseRole, Role
from tests.conftest import import_http_handlers
from tests.people import Answer, Api, Person

COURSE = {"title": "T", "audience": "a", "difficulty": "beginner"}
GENERATE = {"topic": "Python", "audience": "a", "difficulty": "beginner", "lesson_count": 1}

PUBLIC = {
    "GET /health",
    "GET /health/services",
    "POST /auth/register",
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/logout",
}


@dataclass
class Place:
    """A course of somebody's with a lesson in it, and a job, made anew for each call."""

    course: str
    module: str
    lesson: str
    job: str


Body = Callable[[Place], Any]

BODIES: dict[str, Body] = {
    "GET /auth/me": lambda place: None,
    "GET /courses": lambda place: None,
    "POST /courses": lambda place: COURSE,
    "GET /courses/{id}": lambda place: None,
    "PATCH /courses/{id}": lambda place: {"title": "Changed"},
    "DELETE /courses/{id}": lambda place: None,
    "GET /courses/{id}/outline": lambda place: None,
    "PUT /courses/{id}/outline": lambda place: {
        "modules": [{"id": place.module, "title": "M", "lessons": [{"id": place.lesson, "title": "L"}]}]
    },
    "POST /courses/{id}/modules": lambda place: {"title": "M"},
    "PATCH /courses/{id}/modules/{module_id}": lambda place: {"title": "Changed"},
    "DELETE /courses/{id}/modules/{module_id}": lambda place: None,
    "POST /courses/{id}/lessons": lambda place: {"module_id": place.module, "title": "L"},
    "GET /courses/{id}/lessons/{lesson_id}": lambda place: None,
    "PATCH /courses/{id}/lessons/{lesson_id}": lambda place: {"title": "Changed"},
    "DELETE /courses/{id}/lessons/{lesson_id}": lambda place: None,
    "POST /ai/generate-course": lambda place: GENERATE,
    "GET /jobs": lambda place: None,
    "GET /jobs/{id}": lambda place: None,
    "POST /jobs/{id}/cancel": lambda place: None,
    "POST /jobs/{id}/retry": lambda place: None,
    "POST /notifications/ticket": lambda place: None,
}


def permission(function: Callable[..., Any]) -> str | None:
    """What the handler's signature asks for, None where it asks for nothing."""
    for hint in get_type_hints(function, include_extras=True).values():
        if get_origin(hint) is Annotated:
            for note in get_args(hint)[1:]:
                if isinstance(note, Depends):
                    return note.dependency.__dict__["permission"]
    return None


def operations() -> dict[str, str | None]:
    from lms.http import app

    import_http_handlers()
    routes = app._static_routes + app._dynamic_routes
    return {
        f"{route.method} {route.path.replace('<', '{').replace('>', '}')}": permission(route.func)
        for route in routes
    }


def test_every_operation_has_its_row(api: Api):
    found = operations()
    assert {name for name, needed in found.items() if needed is None} == PUBLIC
    assert {name for name, needed in found.items() if needed} == set(BODIES)


def test_every_permission_of_the_table_is_used_and_every_used_one_stands_there(api: Api):
    used = {needed for needed in operations().values() if needed}
    assert used == set(GLOBAL) | set(IN_COURSE)
    assert not set(GLOBAL) & set(IN_COURSE)


def call(name: str, person: Person, place: Place) -> Answer:
    method, path = name.split(" ")
    id = place.job if path.startswith("/jobs") else place.course
    for key, value in (("{id}", id), ("{module_id}", place.module), ("{lesson_id}", place.lesson)):
        path = path.replace(key, value)
    return person.call(method, path, BODIES[name](place))


def place_of(owner: Person) -> Place:
    course = owner.post("/courses", COURSE).json["id"]
    module = owner.post(f"/courses/{course}/modules", {"title": "M"}).json["id"]
    lesson = owner.post(f"/courses/{course}/lessons", {"module_id": module, "title": "L"}).json["id"]
    return Place(course, module, lesson, job="0" * 24)


def place_for(name: str, owner: Person) -> Place:
    """Where this operation succeeds when its owner calls it."""
    if "/courses/{id}" not in name:
        return Place("", "", "", job=_job_for(owner, name))
    place = place_of(owner)
    if name.startswith("DELETE") and name.endswith("{module_id}"):
        owner.delete(f"/courses/{place.course}/lessons/{place.lesson}")
    return place


def seat(person: Person, place: Place, role: CourseRole) -> None:
    """Give the person this role in the course, as the endpoints for people will."""
    from lms.courses.repository import courses

    change: dict[str, Any] = {"$set": {"status": "published"}}
    if role not in (CourseRole.OWNER, CourseRole.ADMIN, CourseRole.READER):
        change["$push"] = {"staff": {"user_id": ObjectId(person.id), "role": role}}
    courses().update_one({"_id": ObjectId(place.course)}, change)


@pytest.fixture(scope="module")
def cast(api: Api) -> dict[str, Person]:
    people = {role: api.person(role) for role in Role}
    return people | {f"course {role}": api.person("admin" if role == "admin" else "student") for role in CourseRole}


OK = range(200, 300)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", [name for name in BODIES if "/courses/{id}" not in name])
def test_institution_roles(api: Api, cast: dict[str, Person], name: str, role: Role):
    person = cast[role]
    status = call(name, person, place_for(name, person)).status
    needed = operations()[name]
    assert needed is not None
    assert (status in OK) if role in GLOBAL[needed] else status == 403, f"{name} as {role}: {status}"


def _job_for(person: Person, name: str) -> str:
    if "/jobs/{id}" not in name:
        return ""
    job = person.post("/ai/generate-course", GENERATE).json["job_id"]
    if name.endswith("/retry"):
        person.post(f"/jobs/{job}/cancel")
    return job


@pytest.mark.parametrize("role", list(CourseRole))
@pytest.mark.parametrize("name", [name for name in BODIES if "/courses/{id}" in name])
def test_course_roles(api: Api, cast: dict[str, Person], name: str, role: CourseRole):
    person = cast[f"course {role}"]
    owner = person if role is CourseRole.OWNER else cast[Role.STUDENT]
    place = place_for(name, owner)
    seat(person, place, role)
    status = call(name, person, place).status
    needed = operations()[name]
    assert needed is not None
    assert (status in OK) if role in IN_COURSE[needed] else status == 403, f"{name} as {role}: {status}"


@pytest.mark.parametrize("name", [name for name in BODIES if "/courses/{id}" in name])
def test_a_stranger_does_not_learn_that_a_draft_exists(api: Api, cast: dict[str, Person], name: str):
    place = place_of(cast[Role.STUDENT])
    assert call(name, cast["course reader"], place).status == 404


@pytest.mark.parametrize("name", list(BODIES))
def test_nobody_without_a_token(api: Api, cast: dict[str, Person], name: str):
    place = place_of(cast[Role.STUDENT])
    answer = call(name, api.anonymous, place)
    assert (answer.status, answer.json["code"]) == (401, "UNAUTHENTICATED")
