"""Making, changing and removing a course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bson import ObjectId

from lms import clock, events, mongo
from lms.caller import Caller
from lms.courses import changes, repository
from lms.courses.access import CourseAccess
from lms.courses.states import CourseStatus
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole

if TYPE_CHECKING:
    from lms.courses.models.course import CourseChange, NewCourse


def create(tx: Transaction, owner: Caller, new: NewCourse) -> Document:
    """A draft without content, owned by its maker."""
    now = clock.now()
    course: Document = {
        "_id": ObjectId(),
        **new.model_dump(),
        **ownership(owner.id),
        "status": CourseStatus.DRAFT,
        "modules": [],
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }
    repository.add_course(tx, course)
    events.record(tx, "course.created", actor=owner.id, subject=course["_id"])
    return {**course, "role": CourseRole.OWNER, "module_count": 0, "lesson_count": 0}


def ownership(person_id: ObjectId) -> Document:
    return {"owner_id": person_id, "staff": [{"user_id": person_id, "role": CourseRole.OWNER}]}


def change(access: CourseAccess, change: CourseChange, expected: int | None) -> Document:
    """Raise 412 where the course is no longer at the ``expected`` version."""

    def work(tx: Transaction) -> Document:
        course = repository.change_course(tx, access.course_id, expected, change.fields, clock.now())
        if course is None:
            return changes.current(repository.course(access.course_id, repository.MEMBERSHIP, tx), expected)
        changes.record(tx, access, "update", "course", access.course_id, {"fields": sorted(change.fields)})
        return course

    return {**mongo.transaction(work), "role": access.role}


def restore(access: CourseAccess) -> Document:
    """Bring a deleted course back as it was; one that is not deleted stays as it is."""

    def work(tx: Transaction) -> Document:
        course = repository.bring_back_course(tx, access.course_id, clock.now())
        if course is None:
            return changes.current(repository.course(access.course_id, repository.SUMMARY, tx), None)
        changes.record(tx, access, "restore", "course", access.course_id)
        return course

    return {**mongo.transaction(work), "role": access.role}


def delete(access: CourseAccess, expected: int | None) -> None:
    """Hide the course from everyone; its content stays for a restore."""

    def work(tx: Transaction) -> None:
        now = clock.now()
        if repository.change_course(tx, access.course_id, expected, {"deleted_at": now}, now):
            changes.record(tx, access, "delete", "course", access.course_id)
        else:
            changes.current(repository.course(access.course_id, repository.MEMBERSHIP, tx), expected)

    mongo.transaction(work)
