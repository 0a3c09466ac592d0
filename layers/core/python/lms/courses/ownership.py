"""Giving a course to somebody else."""

from bson import ObjectId

from lms import clock, mongo
from lms.auth import accounts
from lms.courses import changes, repository
from lms.courses.access import CourseAccess, role_in
from lms.errors import Invalid
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole


def owner_of(tx: Transaction, course_id: ObjectId) -> ObjectId | None:
    """None for a deleted course."""
    found = repository.course(course_id, {"owner_id": 1}, tx)
    return found["owner_id"] if found else None


def transfer(access: CourseAccess, user_id: ObjectId, expected: int | None) -> Document:
    """Give the course to somebody; who owned it becomes one of its instructors.

    Raise 422 for an unknown person, 412 where the course is no longer at the ``expected`` version.
    """
    if not accounts.exists(user_id):
        raise Invalid(errors=[{"pointer": "/user_id", "message": "names nobody"}])

    def work(tx: Transaction) -> Document:
        course = changes.current(repository.course(access.course_id, repository.SUMMARY, tx), expected)
        former = course["owner_id"]
        if former == user_id:
            return course
        others = [each for each in course["staff"] if each["user_id"] not in (former, user_id)]
        owner = {"user_id": user_id, "role": CourseRole.OWNER}
        instructor = {"user_id": former, "role": CourseRole.INSTRUCTOR}
        fields = {"owner_id": user_id, "staff": [owner, instructor, *others]}
        changed = repository.change_course(tx, access.course_id, None, fields, clock.now())
        people = {"former_owner_id": former, "owner_id": user_id}
        changes.record(tx, access, "transfer", "course", access.course_id, people)
        return changes.current(changed, None)

    course = mongo.transaction(work)
    return {**course, "role": role_in(course, access.caller)}
