"""Cohorts: the groups of a course's learners, each with dates of its own where an override says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from lms import clock, events, mongo
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.enrollment import repository
from lms.enrollment.visible import cohorts_seen
from lms.errors import Conflict
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.enrollment.models import CohortChange, NewCohort


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` of the course's cohorts that the caller may see, in the order of their making."""
    return repository.page_of_cohorts(access.course_id, cohorts_seen(access), decode_id(cursor), limit)


def create(tx: Transaction, access: CourseAccess, new: NewCohort) -> Document:
    """Raise 409 COHORT_NAME_TAKEN."""
    now = clock.now()
    cohort: Document = {
        "_id": ObjectId(),
        "course_id": access.course_id,
        "name": new.name,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    _with_a_name_of_its_own(lambda: repository.add_cohort(tx, cohort))
    changes.record(tx, access, "create", "cohort", cohort["_id"])
    return cohort


def change(access: CourseAccess, cohort_id: ObjectId, change: CohortChange, expected: int | None) -> Document:
    """Raise 409 COHORT_NAME_TAKEN, 412 where it is no longer at the ``expected`` version."""

    def work(tx: Transaction) -> Document:
        before = changes.current(repository.cohort(tx, access.course_id, cohort_id), expected)
        after = {**before, **change.fields, "version": before["version"] + 1, "updated_at": clock.now()}
        _with_a_name_of_its_own(lambda: repository.save_cohort(tx, after))
        changes.record(tx, access, "update", "cohort", cohort_id)
        return after

    return mongo.transaction(work)


def delete(access: CourseAccess, cohort_id: ObjectId, expected: int | None) -> None:
    """Take it away from its learners too, who stay in the course without one; their running attempts get the dates
    that then hold."""
    # Imported here, because the others, who list and name cohorts, would pay for all that attempts import.
    from lms.attempts import deadlines
    from lms.submissions import accommodated

    def work(tx: Transaction) -> None:
        changes.current(repository.cohort(tx, access.course_id, cohort_id), expected)
        repository.remove_cohort(tx, cohort_id)
        members = repository.members_of(tx, access.course_id, cohort_id)
        repository.clear_cohort(tx, access.course_id, cohort_id, clock.now())
        for row in members:
            deadlines.moved_for(tx, {**row, "cohort_id": None}, access.course["time_zone"])
            accommodated.moved_for(tx, row, access.course["time_zone"])
        changes.record(tx, access, "delete", "cohort", cohort_id)
        told = {"course_id": access.course_id, "fields": ["cohort_id"]}
        events.record_each(
            tx,
            "enrollment.changed",
            actor=access.caller.id,
            data_of={row["_id"]: {**told, "user_id": row["user_id"]} for row in members},
        )

    mongo.transaction(work)


def _with_a_name_of_its_own(write: Callable[[], None]) -> None:
    try:
        write()
    except DuplicateKeyError:
        raise Conflict("The course has a cohort of this name", code="COHORT_NAME_TAKEN") from None
