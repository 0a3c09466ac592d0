"""Enrolling many people from a list: what is asked for. Its steps stand in ``import_steps``.

Addresses are looked up at once and stored nowhere: what is kept of a row is its number, ids and what became of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from bson import ObjectId

from lms.auth import people
from lms.courses import staff
from lms.courses.access import CourseAccess
from lms.cursors import decode_cursor, not_a_cursor
from lms.enrollment import learner_lists, repository
from lms.enrollment.learner_lists import Line
from lms.errors import NotFound
from lms.jobs import starting
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole

KIND = "enrollment_import"

_ROWS_A_STEP = 500


def read(access: CourseAccess, text: str) -> list[Document]:
    """The rows of a list, each with the person, cohort and role that it means. ``outcome`` is set where it is clear
    already that nothing is to be done. Raise 422 as ``learner_lists.read``."""
    lines = learner_lists.read(text)
    ids = people.ids_of({line.email for line in lines if not line.wrong})
    named = {line.cohort for line in lines if line.cohort}
    cohorts = repository.cohorts_named(access.course_id, named) if named else {}
    rows, seen = [], Counter[str]()
    for line in lines:
        outcome, reason = _known(access, line, ids, cohorts, repeated=seen[line.email] > 0)
        seen[line.email] += not line.wrong
        rows.append(
            {
                "row": line.row,
                "user_id": ids.get(line.email),
                "cohort_id": cohorts.get(line.cohort),
                "role": line.role,
                "outcome": outcome,
                "reason": reason,
            }
        )
    return rows


def _known(
    access: CourseAccess,
    line: Line,
    ids: Mapping[str, ObjectId],
    cohorts: Mapping[str, ObjectId],
    *,
    repeated: bool,
) -> tuple[str | None, str | None]:
    """The outcome of a line and its reason, None for who may be enrolled."""
    if line.wrong:
        return "invalid", line.wrong
    if repeated:
        return "duplicate_row", None
    if line.email not in ids:
        return "unknown_account", None
    if line.cohort and line.cohort not in cohorts:
        return "invalid", "UNKNOWN_COHORT"
    present = staff.role_of(access.course, ids[line.email])
    if present is line.role:
        return "already", None
    if present and (line.role is CourseRole.LEARNER or present is CourseRole.OWNER):
        return "invalid", "STAFF_NEED_NO_SEAT"
    return None, None


def start(tx: Transaction, access: CourseAccess, rows: Sequence[Document]) -> Document:
    """The job that enrolls them, step by step in the order of the file."""
    firsts = range(0, len(rows), _ROWS_A_STEP)
    rows_of = {step_name(number): rows[first : first + _ROWS_A_STEP] for number, first in enumerate(firsts, 1)}
    job = starting.start(
        tx,
        access.caller.id,
        KIND,
        first_step=step_name(1),
        stage="rows",
        total=len(rows_of),
        course_id=access.course_id,
    )
    repository.add_import(tx, job["_id"], access.course_id, rows_of)
    return job


def step_name(number: int) -> str:
    return f"rows-{number}"


def report(access: CourseAccess, job_id: ObjectId, cursor: str | None, limit: int) -> list[Document]:
    """What became of at most ``limit`` rows, in the order of the file; ``outcome`` is null for those to come."""
    after = decode_cursor(cursor) or 0
    if not isinstance(after, int) or not 0 <= after < 2**31:
        raise not_a_cursor()
    rows = repository.import_rows(access.course_id, job_id, after, limit)
    if not rows and not after:
        raise NotFound()
    return rows
