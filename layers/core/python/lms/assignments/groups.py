"""Who hands in an assignment together."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.assignments import dates, repository
from lms.enrollment import learners
from lms.errors import Invalid
from lms.mongo import Document, Transaction

Mates = Mapping[ObjectId, Sequence[Mapping[str, Any]]]
"""By group set, the enrollments of a person's group in it."""


def group_of(tx: Transaction | None, assignment: Mapping[str, Any], user_id: ObjectId) -> Document | None:
    """The person's group for the assignment, ``id``, ``name`` and ``member_ids``; None where they work alone."""
    if assignment["group_set_id"] is None:
        return None
    for row in repository.groups_with(user_id, [assignment["course_id"]], tx):
        if row["set_id"] == assignment["group_set_id"]:
            return {name: row[name] for name in ("id", "name", "member_ids")}
    return None


def members(tx: Transaction | None, assignment: Mapping[str, Any]) -> dict[ObjectId, list[ObjectId]]:
    """Who is in the groups that hand the assignment in, by group; none where learners work alone."""
    if assignment["group_set_id"] is None:
        return {}
    saved = repository.groups_of_course(assignment["course_id"], tx)
    sets = saved["sets"] if saved else []
    groups = [group for each in sets if each["id"] == assignment["group_set_id"] for group in each["groups"]]
    return {group["id"]: group["member_ids"] for group in groups}


def mates(user_id: ObjectId, course_ids: Sequence[ObjectId]) -> Mates:
    """Those with whom the person hands in, the person included, as far as they learn in the course now."""
    rows = repository.groups_with(user_id, course_ids)
    members = {member for row in rows for member in row["member_ids"]}
    enrolled = learners.active(list({row["course_id"] for row in rows}), members)
    found = {(each["course_id"], each["user_id"]): each for each in enrolled}
    return {row["set_id"]: [found[place] for place in _places(row) if place in found] for row in rows}


def _places(group: Mapping[str, Any]) -> list[tuple[ObjectId, ObjectId]]:
    return [(group["course_id"], member) for member in group["member_ids"]]


def window(assignment: Mapping[str, Any], enrollment: Mapping[str, Any], mates: Mates, zone: str) -> dates.Window:
    """A learner's own dates, or those of the learner's group."""
    return dates.of_group(assignment, mates.get(assignment["group_set_id"]) or [enrollment], zone)


def overridden_for(enrollments: Sequence[Mapping[str, Any]], mates: Mates) -> set[ObjectId]:
    """The cohorts and users whose overrides decide about these learners' dates."""
    rows = [*enrollments, *(mate for group in mates.values() for mate in group)]
    return {_id for row in rows for _id in (row.get("cohort_id"), row["user_id"]) if _id}


def reassign(tx: Transaction, course_id: ObjectId, before: ObjectId | None, after: ObjectId | None) -> None:
    """Let an assignment be handed in by the set ``after``. Raise 422 where the course has no such set."""
    if after and after != before and not repository.hold_group_set(tx, course_id, after):
        raise Invalid(errors=[{"pointer": "/group_set_id", "message": "names no group set of this course"}])
