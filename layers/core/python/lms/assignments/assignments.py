"""Making, showing, changing and removing a course's assignments."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bson import ObjectId
from pydantic_core import to_json

from lms import clock, markdown, mongo
from lms.assignments import groups, repository, reviewed, settings
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.enrollment import dates
from lms.errors import Invalid, NotFound
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole
from lms.quizzes import instructions
from lms.rubrics import rubrics
from lms.submissions import lateness

if TYPE_CHECKING:
    from lms.assignments.models.assignment import AssignmentChange, NewAssignment

_REFERENCES = ("rubric_id", "group_set_id")


def document(new: NewAssignment, course_id: ObjectId, now: datetime) -> Document:
    """A new assignment, which no learner sees yet."""
    return {
        "_id": ObjectId(),
        "course_id": course_id,
        **_stored(new.model_dump()),
        "overrides": [],
        "published": False,
        "released_at": None,
        "reviews_at": None,
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }


def _stored(fields: Document) -> Document:
    references = {name: ObjectId(fields[name]) for name in _REFERENCES if fields.get(name)}
    return instructions.with_html({**fields, **references})


def create(tx: Transaction, access: CourseAccess, new: NewAssignment) -> Document:
    """Raise 422 for settings that do not go together, and for a rubric or a group set that is not the course's."""
    assignment = document(new, access.course_id, clock.now())
    _require_consistent(assignment)
    _refer(tx, {**assignment, **dict.fromkeys(_REFERENCES)}, assignment)
    repository.add(tx, [assignment])
    changes.record(tx, access, "create", "assignment", assignment["_id"])
    return shown(access, assignment, tx)


def _require_consistent(assignment: Mapping[str, Any]) -> None:
    if errors := settings.errors(assignment):
        raise Invalid(errors=errors)


def _refer(tx: Transaction, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    course_id = after["course_id"]
    groups.reassign(tx, course_id, before["group_set_id"], after["group_set_id"])
    rubrics.reassign(tx, course_id, after["_id"], before["rubric_id"], after["rubric_id"])


def shown(access: CourseAccess, assignment: Mapping[str, Any], tx: Transaction | None = None) -> Document:
    """The assignment as the caller sees it, with its rubric as it stands. Raise 404 to a learner while it is not
    published."""
    in_groups = access.role is CourseRole.LEARNER and assignment["group_set_id"]
    mates = groups.mates(access.caller.id, [access.course_id]) if in_groups else {}
    rubric = rubrics.latest(assignment["rubric_id"], tx) if assignment["rubric_id"] else None
    return {**_seen(access, assignment, mates), "rubric": rubric}


def _seen(access: CourseAccess, assignment: Mapping[str, Any], mates: groups.Mates) -> Document:
    learner = access.role is CourseRole.LEARNER
    if learner and not assignment["published"]:
        raise NotFound()
    fields = {
        **assignment,
        "html": instructions.html(assignment),
        "ai_takes_part": assignment["ai_grading"]["mode"] != "off",
    }
    if not learner:
        return fields
    assert access.enrollment is not None, "who learns in a course is enrolled there"
    window = groups.window(assignment, access.enrollment, mates, access.course["time_zone"])
    return {**fields, **window._asdict(), "ai_grading": None, "reference_answers": None}


def variant(access: CourseAccess, shown: Mapping[str, Any]) -> str:
    """What the representation depends on beside the assignment's version: who reads, which dates are theirs, and
    the rubric."""
    depends = [*(shown.get(name) for name in dates.FIELDS), (shown["rubric"] or {}).get("version")]
    return f"{access.role}-{hashlib.sha256(to_json(depends)).hexdigest()[:12]}-{markdown.VERSION}"


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` assignments of the course in the order in which they were made, without their rubrics."""
    learner = access.role is CourseRole.LEARNER
    mates = groups.mates(access.caller.id, [access.course_id]) if learner else {}
    theirs = groups.overridden_for([access.enrollment] if learner and access.enrollment else [], mates)
    wanted = {"published": True} if learner else {}
    rows = repository.page(access.course_id, wanted, theirs, decode_id(cursor), limit)
    return [_seen(access, row, mates) for row in rows]


def size(assignment: Mapping[str, Any]) -> int:
    """About how many bytes it takes to show it."""
    texts = (assignment[name] for name in ("instructions", "html", "template"))
    return sum(map(len, (*texts, *(assignment["reference_answers"] or ()))))


def change(access: CourseAccess, change: AssignmentChange, expected: int | None) -> Document:
    """Raise 412 where it is no longer at the ``expected`` version, and 422 as ``create``."""

    def work(tx: Transaction) -> Document:
        assignment = changes.current(repository.assignment(tx, access.resource["_id"]), expected)
        return shown(access, save(tx, access, assignment, _stored(change.fields)), tx)

    return mongo.transaction(work)


def save(
    tx: Transaction, access: CourseAccess, assignment: Mapping[str, Any], fields: Mapping[str, Any]
) -> Document:
    """Write a change of the assignment, its overrides included, with all that follows from it.

    Every change goes this way, so that nothing that follows can be forgotten.
    """
    changed = {**assignment, **fields}
    _require_consistent(changed)
    _refer(tx, assignment, changed)
    now = clock.now()
    looked_at = {"reviews_at": reviewed.look_at(changed, now)} if fields.keys() & reviewed.CHANGED_BY else {}
    saved = repository.change(tx, assignment["_id"], assignment["version"], {**fields, **looked_at}, now)
    if fields.keys() & lateness.MOVED_BY:
        lateness.moved(tx, changed, access.course["time_zone"])
    named = sorted(fields.keys() - {"html", "html_version"})
    changes.record(tx, access, "update", "assignment", assignment["_id"], {"fields": named})
    return changes.current(saved, None)


def delete(access: CourseAccess, expected: int | None) -> None:
    """Hide the assignment; its rubric can then be deleted too."""

    def work(tx: Transaction) -> None:
        assignment = changes.current(repository.assignment(tx, access.resource["_id"]), expected)
        now = clock.now()
        repository.delete(tx, assignment["_id"], now, reviewed.look_at(assignment, now))
        rubrics.reassign(tx, access.course_id, assignment["_id"], assignment["rubric_id"], None)
        changes.record(tx, access, "delete", "assignment", assignment["_id"])

    mongo.transaction(work)


def release(tx: Transaction, assignment_id: ObjectId, now: datetime) -> None:
    """From now on graders may know whose work it was; the first time counts."""
    repository.release(tx, assignment_id, now)


def titles(assignment_ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
    """Titles and points of these assignments, and whether they are published and graded blind, deleted ones too."""
    return {row["_id"]: row for row in repository.titles(assignment_ids)}


def of(assignment_id: ObjectId, tx: Transaction | None = None) -> Document:
    """A deleted one too."""
    found = repository.even_deleted(assignment_id, tx)
    assert found is not None, "assignments are hidden, never removed"
    return found


def ids_in(course_ids: Sequence[ObjectId]) -> list[ObjectId]:
    """Of all assignments of these courses, deleted ones too."""
    return repository.even_deleted_ids(course_ids)
