"""Courses with rubrics, assignments and groups, made through the API."""

from collections.abc import Callable
from typing import Any

from bson import ObjectId

from tests.functions.courses.enrolled import Class
from tests.people import Person


def levels(*points: float) -> list[dict[str, Any]]:
    return [{"title": f"Level {each}", "points": each} for each in points]


ARGUMENT = {"title": "Argument", "description": "Is it sound?", "ranged": True, "levels": levels(4, 2.5, 0)}
STYLE = {"title": "Style", "levels": levels(1.5, 0)}
RUBRIC = {"title": "Essay", "criteria": [ARGUMENT, STYLE]}


def new_rubric(course: Class, **fields: Any) -> dict[str, Any]:
    answer = course.owner.post(f"{course.path}/rubrics", {**RUBRIC, **fields})
    assert answer.status == 201, answer.text
    return answer.json


def new_assignment(course: Class, **settings: Any) -> str:
    """One that learners see."""
    answer = course.owner.post(f"{course.path}/assignments", {"title": "Essay", **settings})
    assert answer.status == 201, answer.text
    path = f"/assignments/{answer.json['id']}"
    assert course.owner.patch(path, {"published": True}).status == 200
    return path


def put_groups(course: Class, *groups: list[Person], name: str = "Projects") -> dict[str, Any]:
    """One set of these groups, in place of all others; the set as it is shown."""
    rows = [
        {"name": f"Group {number}", "member_ids": [each.id for each in group]}
        for number, group in enumerate(groups)
    ]
    answer = course.owner.put(f"{course.path}/groups", {"sets": [{"name": name, "groups": rows}]})
    assert answer.status == 200, answer.text
    return answer.json["sets"][0]


def owners_access(course: Class, resource: dict[str, Any] | None = None) -> Any:
    from lms.caller import Caller
    from lms.courses.access import CourseAccess
    from lms.courses.repository import courses
    from lms.permissions import CourseRole, Role

    row = courses().find_one({"_id": ObjectId(course.id)})
    assert row
    owner = Caller(ObjectId(course.owner.id), Role.STUDENT, ObjectId())
    return CourseAccess(owner, row, CourseRole.OWNER, resource=resource or {})


def taking(course: Class, **settings: Any) -> Callable[[], object]:
    """The making of an assignment with these settings."""
    from lms import mongo
    from lms.assignments import assignments
    from lms.assignments.models.assignment import NewAssignment

    new, access = NewAssignment(title="A", **settings), owners_access(course)
    return lambda: mongo.transaction(lambda tx: assignments.create(tx, access, new))
