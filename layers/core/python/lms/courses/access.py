"""Who may do what in a course: the dependency of every endpoint below ``/courses/{id}``."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from aws_lambda_powertools.event_handler import Request
from bson import ObjectId

from lms import mongo
from lms.caller import Caller, caller
from lms.courses import repository
from lms.courses.states import CourseStatus
from lms.errors import Forbidden, NotFound
from lms.mongo import Document
from lms.permissions import IN_COURSE, CourseRole, Role

Part = Literal["membership", "summary", "outline"]
_FIELDS: Mapping[Part, Mapping[str, Any]] = {
    "membership": repository.MEMBERSHIP,
    "summary": repository.SUMMARY,
    "outline": repository.OUTLINE,
}


class CourseAccess(NamedTuple):
    """The caller's way into a course.

    ``course`` holds the part of the document that was asked for, ``enrollment`` the caller's own, whatever its
    status, ``progress`` the caller's where it was asked for, and ``resource`` what the path names in the course.
    """

    caller: Caller
    course: Document
    role: CourseRole
    enrollment: Document | None = None
    progress: Document | None = None
    resource: Document = {}

    @property
    def course_id(self) -> ObjectId:
        _id: ObjectId = self.course["_id"]
        return _id

    def may(self, permission: str) -> bool:
        return self.role in IN_COURSE[permission]


def role_in(
    course: Mapping[str, Any], who: Caller, enrollment: Mapping[str, Any] | None = None
) -> CourseRole | None:
    """None where the course is not to be known: a draft of others."""
    if course["owner_id"] == who.id:
        return CourseRole.OWNER
    if who.role is Role.ADMIN:
        return CourseRole.ADMIN
    for person in course["staff"]:
        if person["user_id"] == who.id:
            return CourseRole(person["role"])
    if course["status"] != CourseStatus.PUBLISHED:
        return None
    enrolled = enrollment is not None and enrollment["status"] == "active"
    return CourseRole.LEARNER if enrolled else CourseRole.READER


def enter(
    who: Caller,
    course_id: ObjectId,
    permission: str,
    *,
    load: Part = "membership",
    progress: bool = False,
    deleted: bool = False,
) -> CourseAccess:
    """One query: it loads ``load`` of the course, the caller's enrollment, and ``progress`` where asked for.

    Raise 404 for a course that the caller must not know of, 403 where the caller's role in it does not allow. A
    deleted course is known to those alone who may do this, and only where ``deleted`` asks for it.
    """
    course = repository.entered(course_id, who.id, _FIELDS[load], progress=progress, deleted=deleted)
    return _admitted(who, course, course, permission)


def enter_through(
    collection: mongo.Declared,
    who: Caller,
    resource_id: ObjectId,
    permission: str,
    *,
    load: Part = "membership",
    progress: bool = False,
) -> CourseAccess:
    """As ``enter``, into the course of a resource that is named by its own id alone."""
    found = repository.entered_through(collection, resource_id, who.id, _FIELDS[load], progress=progress)
    course = found.pop("course") if found else None
    return _admitted(who, course, found, permission)


def enter_lesson(who: Caller, lesson_id: ObjectId, permission: str, *, load: Part = "membership") -> CourseAccess:
    """As ``enter``, into the course of the lesson, which is the access's resource."""
    return enter_through(repository.lessons, who, lesson_id, permission, load=load)


def _admitted(who: Caller, course: Document | None, found: Document | None, permission: str) -> CourseAccess:
    if course is None or found is None:
        raise NotFound()
    enrollment = next(iter(found.pop("enrollment")), None)
    progress = next(iter(found.pop("progress", ())), None)
    role = role_in(course, who, enrollment)
    if role is None:
        raise NotFound()
    if role not in IN_COURSE[permission]:
        raise NotFound() if course["deleted_at"] else Forbidden()
    return CourseAccess(who, course, role, enrollment, progress, {} if found is course else found)


def in_course(
    permission: str, *, load: Part = "membership", progress: bool = False, deleted: bool = False
) -> Callable[[Request], CourseAccess]:
    """The dependency of a handler below ``/courses/{id}`` for those with ``permission`` in that course."""

    def check(request: Request) -> CourseAccess:
        course_id = mongo.object_id(request.path_parameters["id"])
        return enter(caller(request), course_id, permission, load=load, progress=progress, deleted=deleted)

    check.__dict__["permission"] = permission
    return check


def in_course_named(
    permission: str, *, load: Part = "membership", progress: bool = False
) -> Callable[[Request], CourseAccess]:
    """As ``in_course``, for the course that the body names as ``course_id``."""

    def check(request: Request) -> CourseAccess:
        course_id = ObjectId(request.json_body["course_id"])
        return enter(caller(request), course_id, permission, load=load, progress=progress)

    check.__dict__["permission"] = permission
    return check


def in_course_of_lesson_named(permission: str, *, load: Part = "membership") -> Callable[[Request], CourseAccess]:
    """As ``in_course_of``, for the lesson that the body names as ``lesson_id``."""

    def check(request: Request) -> CourseAccess:
        return enter_lesson(caller(request), ObjectId(request.json_body["lesson_id"]), permission, load=load)

    check.__dict__["permission"] = permission
    return check


def in_course_of(
    collection: mongo.Declared, permission: str, *, load: Part = "membership", progress: bool = False
) -> Callable[[Request], CourseAccess]:
    """The dependency of a handler for a resource of ``collection``, ``/quizzes/{id}`` say, whose course decides."""

    def check(request: Request) -> CourseAccess:
        _id = mongo.object_id(request.path_parameters["id"])
        return enter_through(collection, caller(request), _id, permission, load=load, progress=progress)

    check.__dict__["permission"] = permission
    return check
