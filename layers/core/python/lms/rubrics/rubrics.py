"""Making, changing and removing a course's rubrics: criteria × levels × points, every version of them kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import clock, mongo, parts
from lms.courses import access as courses
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.mongo import Document, Transaction
from lms.rubrics import points, repository

if TYPE_CHECKING:
    from lms.rubrics.models.rubric import NewRubric, RubricChange

Criteria = Sequence[Mapping[str, Any]]


def create(tx: Transaction, access: CourseAccess, new: NewRubric) -> Document:
    """Raise 422 for a rubric to copy that the caller could not change."""
    now = clock.now()
    rubric: Document = {
        "_id": ObjectId(),
        "course_id": access.course_id,
        **(_copied(access, new.copy_of) if new.copy_of else _stored(new.model_dump()["criteria"], ())),
        **({"title": new.title} if new.title else {}),
        "used_in": [],
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }
    repository.add(tx, [rubric])
    detail = {"copied_from": ObjectId(new.copy_of)} if new.copy_of else {}
    changes.record(tx, access, "create", "rubric", rubric["_id"], detail)
    return rubric


def _copied(access: CourseAccess, rubric_id: str) -> Document:
    try:
        found = courses.enter_through(repository.rubrics, access.caller, ObjectId(rubric_id), "rubric.edit")
    except (NotFound, Forbidden):
        message = "names no rubric of a course that you edit"
        raise Invalid(errors=[{"pointer": "/copy_of", "message": message}]) from None
    return {name: found.resource[name] for name in ("title", "criteria", "points")}


def _stored(given: Criteria, before: Criteria) -> Document:
    """The criteria with their ids, and their points. Raise 422 for ids that did not stand there ``before``."""
    if errors := [*parts.strange(given, before, "levels", "/criteria")]:
        raise Invalid(errors=errors)
    criteria = [_named({**criterion, "levels": list(map(_named, criterion["levels"]))}) for criterion in given]
    best = (max(level["points"] for level in criterion["levels"]) for criterion in criteria)
    return {"criteria": criteria, "points": points.total(best)}


def _named(row: Mapping[str, Any]) -> Document:
    """With its id; with a new one where it has none."""
    return {**row, "id": ObjectId(row["id"])}


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` rubrics of the course in the order in which they were made."""
    return repository.page(access.course_id, decode_id(cursor), limit)


def change(access: CourseAccess, change: RubricChange, expected: int | None) -> Document:
    """The rubric's next version; what is pinned to a former one keeps that. Raise 412 where it is no longer at the
    ``expected`` version."""

    def work(tx: Transaction) -> Document:
        rubric = changes.current(repository.rubric(tx, access.resource["_id"]), expected)
        fields = change.fields
        if "criteria" in fields:
            fields |= _stored(fields["criteria"], rubric["criteria"])
        changed = repository.change(tx, rubric["_id"], rubric["version"], fields, clock.now())
        changes.record(tx, access, "update", "rubric", rubric["_id"], {"fields": sorted(change.fields)})
        return changes.current(changed, None)

    return mongo.transaction(work)


def delete(access: CourseAccess, expected: int | None) -> None:
    """Hide it; its versions stay. Raise 409 RUBRIC_IN_USE, naming them, while assignments use it."""

    def work(tx: Transaction) -> None:
        rubric = changes.current(repository.rubric(tx, access.resource["_id"]), expected)
        if not repository.delete(tx, rubric["_id"], clock.now()):
            using = [str(_id) for _id in rubric["used_in"]]
            detail = "Assignments use this rubric: give them another first"
            raise Conflict(detail, code="RUBRIC_IN_USE", assignment_ids=using)
        changes.record(tx, access, "delete", "rubric", rubric["_id"])

    mongo.transaction(work)


def reassign(
    tx: Transaction, course_id: ObjectId, user: ObjectId, before: ObjectId | None, after: ObjectId | None
) -> None:
    """Note that ``user``, an assignment, uses the rubric ``after`` in place of ``before``; None for none.

    Raise 422 where the course has no such rubric.
    """
    if before == after:
        return
    if after and not repository.take(tx, course_id, after, user):
        raise Invalid(errors=[{"pointer": "/rubric_id", "message": "names no rubric of this course"}])
    if before:
        repository.release(tx, before, user)


def require_in(tx: Transaction, course_id: ObjectId, rubric_id: ObjectId, pointer: str) -> None:
    """Raise 422 where the course has no such rubric."""
    found = repository.rubric(tx, rubric_id)
    if found is None or found["course_id"] != course_id:
        raise Invalid(errors=[{"pointer": pointer, "message": "names no rubric of this course"}])


def latest(rubric_id: ObjectId, tx: Transaction | None = None) -> Document:
    """As it stands; a deleted one too."""
    found = repository.even_deleted(rubric_id, tx)
    assert found is not None, "rubrics are hidden, never removed"
    return found


def pinned(tx: Transaction | None, rubric_id: ObjectId, version: int) -> Document:
    """What the rubric said at this version: its ``title``, ``criteria`` and ``points``."""
    found = repository.version(tx, rubric_id, version)
    assert found is not None, "every version in force is kept"
    return found


def all_pinned(pins: Iterable[Mapping[str, Any]]) -> dict[tuple[ObjectId, int], Document]:
    """What each of these, ``id`` and ``version``, said."""
    rows = repository.versions({(pin["id"], pin["version"]) for pin in pins})
    return {(row["rubric_id"], row["version"]): row for row in rows}
