"""The one way into a course and out of it, whoever opens it: a seat each, or a place on the waiting list.

An enrollment is one document per course and person for ever. Its seat is counted in the transaction that changes
its status, and a seat that falls free goes to who has waited longest in the same transaction: nobody waits while a
seat is free. ``history`` keeps who changed what when.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId

from lms import clock, events
from lms.courses.changes import current
from lms.enrollment import repository
from lms.enrollment.states import EnrollmentSource
from lms.errors import Conflict, Invalid
from lms.mongo import Document, Transaction

NO_ACCOMMODATIONS: Mapping[str, Any] = {"time_factor": 1.0, "extra_days": 0}

_LONGEST_HISTORY = 100


def enroll(
    tx: Transaction,
    course_id: ObjectId,
    user_id: ObjectId,
    *,
    by: ObjectId,
    source: EnrollmentSource,
    cohort_id: ObjectId | None = None,
) -> Document:
    """The person's enrollment, active or waiting; ``fresh`` says whether this call brought it about, ``position``
    the place on the waiting list, from 1.

    Who may come in, the caller has asked. A repetition changes nothing. Raise 409 COURSE_FULL where all seats are
    taken and nobody may wait, 422 for a cohort that is none of the course's.
    """
    entered = enroll_all(tx, course_id, {user_id: cohort_id}, by=by, source=source)[user_id]
    if entered is None:
        raise Conflict("All seats of this course are taken", code="COURSE_FULL")
    return {**entered, "position": position(entered, tx)}


def enroll_all(
    tx: Transaction,
    course_id: ObjectId,
    cohort_of: Mapping[ObjectId, ObjectId | None],
    *,
    by: ObjectId,
    source: EnrollmentSource,
) -> dict[ObjectId, Document | None]:
    """As ``enroll``, for many in their order: the enrollment of each, None for whom there was no room."""
    known = repository.enrollments_of(tx, course_id, list(cohort_of))
    here = {user_id: row for user_id, row in known.items() if is_here(row)}
    coming = [user_id for user_id in cohort_of if user_id not in here]
    entered = _let_in(tx, course_id, coming, known, cohort_of, by, source) if coming else {}
    standing = {user_id: {**row, "fresh": False} for user_id, row in here.items()}
    standing |= {user_id: {**row, "fresh": True} for user_id, row in entered.items()}
    return {user_id: standing.get(user_id) for user_id in cohort_of}


def _let_in(
    tx: Transaction,
    course_id: ObjectId,
    coming: list[ObjectId],
    known: Mapping[ObjectId, Document],
    cohort_of: Mapping[ObjectId, ObjectId | None],
    by: ObjectId,
    source: EnrollmentSource,
) -> dict[ObjectId, Document]:
    taken = repository.take_seats(tx, course_id, len(coming))
    first_ticket = taken["tickets"] - taken["queued"] + 1
    tickets = [None] * taken["granted"] + [first_ticket + place for place in range(taken["queued"])]
    now = clock.now()
    entered = {}
    for user_id, ticket in zip(coming, tickets, strict=False):
        before = known.get(user_id) or never_here(course_id, user_id, now)
        joining = {"source": source, "cohort_id": cohort_of[user_id] or before["cohort_id"]}
        row = {**before, **joining, **_seated(before, now), "ticket": ticket}
        if ticket is not None:
            row |= {"status": "waiting", "enrolled_at": before["enrolled_at"]}
        entered[user_id] = changed(row, now, by, "enrolled" if ticket is None else "waiting")
    if entered:
        require_cohorts(tx, course_id, {cohort_of[user_id] for user_id in entered})
        repository.save(tx, entered.values())
        _record(tx, "created", [row for row in entered.values() if row["ticket"] is None], by)
        _record(tx, "waiting", [row for row in entered.values() if row["ticket"] is not None], by)
    return entered


def never_here(course_id: ObjectId, user_id: ObjectId, now: datetime) -> Document:
    """The enrollment, not yet stored, of one who has none."""
    return {
        "_id": ObjectId(),
        "course_id": course_id,
        "user_id": user_id,
        "status": "withdrawn",
        "ticket": None,
        "source": EnrollmentSource.STAFF,
        "cohort_id": None,
        "accommodations": dict(NO_ACCOMMODATIONS),
        "enrolled_at": None,
        "history": [],
        "version": 0,
        "created_at": now,
    }


def _seated(before: Document, now: datetime) -> Document:
    """``enrolled_at`` stays that of the first time: what opens days after it, is not closed by going and coming."""
    return {"status": "active", "ticket": None, "enrolled_at": before["enrolled_at"] or now}


def withdraw(
    tx: Transaction,
    course_id: ObjectId,
    user_id: ObjectId,
    *,
    by: ObjectId,
    action: str = "withdrawn",
    expected: int | None = None,
) -> Document:
    """End an enrollment, or leave the waiting list; ``fresh`` says whether this call did, or the person had left.

    Raise 404 for one who never was there, 412 where the enrollment is no longer at the ``expected`` version.
    """
    before = current(repository.enrollment(tx, course_id, user_id), expected)
    if not is_here(before):
        return {**before, "fresh": False}
    gone = changed({**before, "status": "withdrawn", "ticket": None}, clock.now(), by, action)
    repository.save(tx, [gone])
    _record(tx, "ended", [gone], by)
    if before["status"] == "active":
        move_up(tx, repository.count_seats(tx, course_id, -1), by)
    return {**gone, "fresh": True}


def is_here(row: Mapping[str, Any]) -> bool:
    """Whether the person has a seat or waits for one."""
    return row["status"] in ("active", "waiting")


def move_up(tx: Transaction, seats: Document, by: ObjectId) -> Document:
    """Give the free seats to those who have waited longest: the course's policy with the seats then taken."""
    free = None if seats["seats"] is None else seats["seats"] - seats["taken"]
    waiting = [] if free is not None and free <= 0 else repository.first_waiting(tx, seats["_id"], free)
    if not waiting:
        return seats
    now = clock.now()
    promoted = [changed({**row, **_seated(row, now)}, now, by, "promoted") for row in waiting]
    repository.save(tx, promoted)
    _record(tx, "promoted", promoted, by)
    return repository.count_seats(tx, seats["_id"], len(promoted))


def changed(row: Document, now: datetime, by: ObjectId, action: str) -> Document:
    """The enrollment with one more row of history; the event log keeps those that are older."""
    history = [*row["history"], {"at": now, "by": by, "action": action}][-_LONGEST_HISTORY:]
    return {**row, "history": history, "updated_at": now, "version": row["version"] + 1}


def position(row: Mapping[str, Any], tx: Transaction | None = None) -> int | None:
    """The place on the waiting list, from 1; None for who does not wait."""
    if row["status"] != "waiting":
        return None
    return 1 + repository.ahead_of(tx, row["course_id"], row["ticket"])


def require_cohorts(
    tx: Transaction, course_id: ObjectId, cohort_ids: Iterable[ObjectId | None], pointer: str = "/cohort_id"
) -> None:
    """Raise 422 for a cohort that is none of the course's."""
    for cohort_id in cohort_ids:
        if cohort_id and not repository.hold_cohort(tx, course_id, cohort_id):
            raise Invalid(errors=[{"pointer": pointer, "message": "names no cohort of this course"}])


def _record(tx: Transaction, verb: str, rows: Iterable[Document], by: ObjectId) -> None:
    told = {row["_id"]: {"course_id": row["course_id"], "user_id": row["user_id"]} for row in rows}
    events.record_each(tx, f"enrollment.{verb}", actor=by, data_of=told)
