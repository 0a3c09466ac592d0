"""Putting an assignment's overrides: other dates and attempts for a cohort or a learner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lms import mongo
from lms.assignments import assignments, repository
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.enrollment import overrides
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.assignments.models.overrides import DatesOverrideList


def replace(access: CourseAccess, given: DatesOverrideList, expected: int | None) -> Document:
    """The assignment with its new overrides. Raise 422 as ``lms.enrollment.overrides``."""
    stored = overrides.stored(given.overrides)

    def work(tx: Transaction) -> Document:
        assignment = changes.current(repository.assignment(tx, access.resource["_id"]), expected)
        overrides.require_sound(tx, assignment, stored)
        return assignments.save(tx, access, assignment, {"overrides": stored})

    return mongo.transaction(work)
