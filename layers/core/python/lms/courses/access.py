"""Who may do what in a course: the dependency of every endpoint below ``/courses/{id}``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aws_lambda_powertools.event_handler import Request
from bson import ObjectId

from lms import mongo
from lms.caller import Caller, caller
from lms.courses import repository
from lms.courses.models import Status
from lms.errors import Forbidden, NotFound
from lms.mongo import Document
from lms.permissions import IN_COURSE, CourseRole, Role

Part = Literal["membership", "summary", "outline"]
_FIELDS: Mapping[Part, Mapping[str, Any]] = {
    "membership": repository.MEMBERSHIP,
    "summary": repository.SUMMARY,
    "outline": repository.OUTLINE,
}


@dataclass(frozen=True, slots=True)
class CourseAccess:
    """The caller's way into a course. ``course`` holds the part of the document that was asked for."""

    caller: Caller
    course: Document
    role: CourseRole

    @property
    def course_id(self) -> ObjectId:
        _id: ObjectId = self.course["_id"]
        return _id

    def may(self, permission: str) -> bool:
        return self.role in IN_COURSE[permission]


def role_in(course: Mapping[str, Any], who: Caller) -> CourseRole | None:
    """None where the course is not to be known: a draft of others."""
    if course["owner_id"] == who.id:
        return CourseRole.OWNER
    if who.role is Role.ADMIN:
        return CourseRole.ADMIN
    for person in course["staff"]:
        if person["user_id"] == who.id:
            return CourseRole(person["role"])
    return CourseRole.READER if course["status"] == Status.PUBLISHED else None


def enter(who: Caller, course_id: ObjectId, permission: str, *, load: Part = "membership") -> CourseAccess:
    """One query: it loads ``load`` of the course.

    Raise 404 for a course that the caller must not know of, 403 where the caller's role in it does not allow.
    """
    course = repository.course(course_id, _FIELDS[load])
    role = role_in(course, who) if course else None
    if course is None or role is None:
        raise NotFound()
    if role not in IN_COURSE[permission]:
        raise Forbidden()
    return CourseAccess(who, course, role)


def in_course(permission: str, *, load: Part = "membership") -> Callable[[Request], CourseAccess]:
    """The dependency of a handler below ``/courses/{id}`` for those with ``permission`` in that course."""

    def check(request: Request) -> CourseAccess:
        return enter(caller(request), mongo.object_id(request.path_parameters["id"]), permission, load=load)

    check.__dict__["permission"] = permission
    return check
