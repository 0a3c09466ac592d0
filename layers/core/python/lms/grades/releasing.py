"""Letting learners see their grades: those of all or of some, at once or when staff say so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms import audit, clock, events, mongo
from lms.assignments import assignments
from lms.courses.access import CourseAccess
from lms.enrollment import visible
from lms.errors import Invalid
from lms.grades import history, repository
from lms.grades.history import Change
from lms.mongo import Document, Transaction
from lms.submissions import submissions


def release(access: CourseAccess, names: Sequence[str] | None) -> Document:
    """Release the grades that are held, of the learners of these names or of all whom the caller sees; how many
    these were. What is released already stays as it is.

    Where all are released, grading is no longer blind. Raise 422 for names of those whom the caller does not see.
    """
    of_some = _named(access, names) if names is not None else _in_cohorts_seen(access)

    def work(tx: Transaction) -> Document:
        now = clock.now()
        if of_some is None:
            assignments.release(tx, access.resource["_id"], now)
        assignment = assignments.of(access.resource["_id"], tx)
        held = repository.held(tx, assignment["_id"], of_some)
        released = [Change(grade, {"released_at": now}) for grade in held]
        after = history.write(tx, released, by=access.caller.id, why=None)
        tell(tx, assignment, [grade["user_id"] for grade in after], by=access.caller.id)
        return {**assignment, "released": len(after)}

    return mongo.transaction(work)


def _named(access: CourseAccess, names: Sequence[str]) -> Collection[ObjectId]:
    known = submissions.learners(access, names)
    if strange := [index for index, name in enumerate(names) if name not in known]:
        message = "names no learner of this course"
        raise Invalid(errors=[{"pointer": f"/user_ids/{index}", "message": message} for index in strange])
    return known.values()


def _in_cohorts_seen(access: CourseAccess) -> Collection[ObjectId] | None:
    """None where the caller sees everybody."""
    return None if visible.cohorts_seen(access) is None else visible.among(access)


def tell(
    tx: Transaction, assignment: Mapping[str, Any], user_ids: Sequence[ObjectId], *, by: ObjectId | None
) -> None:
    """Record that these learners see their grades from now on."""
    if not user_ids:
        return
    told = {"course_id": assignment["course_id"], "user_ids": list(user_ids)}
    subject = assignment["_id"]
    events.record(tx, "grades.released", actor=by, subject=subject, assignment_id=subject, **told)
    audit.record(tx, "grades.released", actor=by, target=subject, **told)
