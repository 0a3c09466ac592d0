"""Submissions as their learners and the staff see them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId

from lms.assignments import assignments
from lms.auth import people
from lms.blind import pseudonyms
from lms.blind.pseudonyms import Pseudonyms
from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.enrollment import visible
from lms.errors import Invalid, NotFound
from lms.mongo import Document, Transaction
from lms.submissions import holders, repository
from lms.submissions.access import is_staff, may_see

_MOST_LEARNERS = 100_000


def latest_of(assignment_id: ObjectId, holder_ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
    """The last submission of each holder, a group or a learner, that has one."""
    return repository.latest_of(assignment_id, holder_ids)


def lateness(assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> dict[ObjectId, int]:
    """By how many seconds the last submission of each of these learners was late, of those who have handed in."""
    return repository.lateness_by_member(assignment_id, user_ids)


def moments(submission_ids: Collection[ObjectId]) -> dict[ObjectId, datetime]:
    """When each of these submissions was handed in."""
    return repository.moments(submission_ids) if submission_ids else {}


def last_by_learner(assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
    """Without its texts, the last submission of each of these learners who have handed in, alone or with others."""
    return repository.latest_by_member(assignment_id, user_ids)


def held(tx: Transaction, assignment_id: ObjectId, user_id: ObjectId, submission_id: str | None) -> Document | None:
    """The person's submission of this id, or the last one; its dates stay as they are until the end of ``tx``.

    Raise 422 where the person has none of this id.
    """
    wanted = {"_id": ObjectId(submission_id)} if submission_id else {}
    found = repository.held(tx, assignment_id, user_id, wanted)
    if submission_id and found is None:
        raise Invalid(errors=[{"pointer": "/submission_id", "message": "names no submission of this learner"}])
    return found


def shown(access: CourseAccess, submission: Mapping[str, Any]) -> Document:
    """The submission; to staff under a pseudonym where grading is blind. Raise 404 for who may not see it."""
    if not may_see(access, submission):
        raise NotFound()
    if not is_staff(access):
        return {**submission, "blind": False}
    assignment = assignments.of(submission["assignment_id"])
    return _seen(submission, pseudonyms.needed(assignment))


def _seen(submission: Mapping[str, Any], named: Pseudonyms | None) -> Document:
    """The due date of one alone would tell who that is."""
    if named is None:
        return {**submission, "blind": False}
    return {
        **submission,
        "blind": True,
        "user_id": named.of(submission["user_id"]),
        "member_ids": [named.of(_id) for _id in submission["member_ids"]],
        "group_id": None,
        "files": [named.file(file, submission["user_id"]) for file in submission["files"]],
        "due_at": None,
    }


def variant(shown: Mapping[str, Any]) -> str:
    return "blind" if shown["blind"] else ""


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """For staff a row for each learner, with the last submission of those who have handed in; for a learner a row
    for each submission of their own. ``place`` is a row's for the cursor."""
    if not is_staff(access):
        return _own(access, decode_id(cursor), limit)
    return list(by_learner(access, cursor, limit).values())


def by_learner(access: CourseAccess, cursor: str | None, limit: int) -> dict[ObjectId, Document]:
    """What ``page`` shows staff, by who the learners really are."""
    named = pseudonyms.needed(access.resource)
    if named is None:
        enrolled = visible.learners(access, cursor, limit)
        return _rows(access, {row["user_id"]: str(row["_id"]) for row in enrolled}, None)
    after = decode_id(cursor)
    enrolled = visible.learners(access, None, _MOST_LEARNERS)
    # In the order of pseudonyms: that of enrollment would tell who is who.
    everybody = sorted((named.of(row["user_id"]), row["user_id"]) for row in enrolled)
    following = [(place, _id) for place, _id in everybody if after is None or place > str(after)]
    return _rows(access, {_id: place for place, _id in following[:limit]}, named)


def learner(access: CourseAccess, name: str) -> ObjectId:
    """Whom staff name so. Raise 404 for one whom the caller does not see."""
    found = learners(access, [name]).get(name)
    if found is None:
        raise NotFound()
    return found


def learners(access: CourseAccess, names: Collection[str]) -> dict[str, ObjectId]:
    """Whom staff name by learners' ids, where grading is blind by pseudonyms; of those whom the caller sees."""
    named = pseudonyms.needed(access.resource)
    if named is None:
        ids = {name: ObjectId(name) for name in names if ObjectId.is_valid(name)}
        seen = visible.among(access, ids.values())
        return {name: _id for name, _id in ids.items() if _id in seen}
    enrolled = visible.learners(access, None, _MOST_LEARNERS)
    behind = {named.of(row["user_id"]): row["user_id"] for row in enrolled}
    return {name: behind[name] for name in names if name in behind}


def _own(access: CourseAccess, after: ObjectId | None, limit: int) -> list[Document]:
    holder = holders.of(access)
    rows = repository.page_of_own(access.resource["_id"], access.caller.id, holder.id, after, limit)
    return [
        {
            "place": str(row["_id"]),
            "user_id": row["user_id"],
            "name": None,
            "draft_saved_at": None,
            "submission": {**row, "blind": False},
        }
        for row in rows
    ]


def _rows(
    access: CourseAccess, places: Mapping[ObjectId, str], named: Pseudonyms | None
) -> dict[ObjectId, Document]:
    submitted = repository.latest_by_member(access.resource["_id"], places)
    saved = repository.draft_times(access.resource["_id"], places)
    names = {} if named else people.names(places)
    return {
        user_id: {
            "place": place,
            "user_id": named.of(user_id) if named else user_id,
            "name": names.get(user_id),
            "draft_saved_at": saved.get(user_id),
            "submission": _seen(submitted[user_id], named) if user_id in submitted else None,
        }
        for user_id, place in places.items()
    }
