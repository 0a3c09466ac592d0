"""The groups of a course: sets of them, each dividing learners in its own way."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId
from pydantic_core import to_json

from lms import clock, mongo, parts
from lms.assignments import repository
from lms.auth import people
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.enrollment import learners, visible
from lms.errors import Conflict, Invalid
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole

if TYPE_CHECKING:
    from lms.assignments.models.groups import GroupSetList

MOST_MEMBERSHIPS = 20_000
"""In all sets of a course together: with their names they still fit into Lambda's answer."""

Sets = Sequence[Mapping[str, Any]]
Error = dict[str, str]


def shown(access: CourseAccess, saved: Mapping[str, Any] | None = None) -> Document:
    """The course's groups with their members' names: a learner's own, and of an assistant who is limited to cohorts
    those with a learner of these."""
    course_groups = saved or repository.groups_of_course(access.course_id) or _NONE
    sets = _seen(access, course_groups["sets"])
    names = people.names(_members(sets))
    return {**course_groups, "sets": [_named(each, names) for each in sets]}


_NONE: Document = {"version": 0, "sets": []}


def _seen(access: CourseAccess, sets: Sets) -> Sets:
    cohort_ids = visible.cohorts_seen(access)
    if access.role is CourseRole.LEARNER:
        whose = {access.caller.id}
    elif cohort_ids is not None:
        enrolled = learners.active([access.course_id], _members(sets))
        whose = {each["user_id"] for each in enrolled if each.get("cohort_id") in cohort_ids}
    else:
        return sets
    return [
        {**each, "groups": [group for group in each["groups"] if not whose.isdisjoint(group["member_ids"])]}
        for each in sets
    ]


def _members(sets: Sets) -> set[ObjectId]:
    return {member for each in sets for group in each["groups"] for member in group["member_ids"]}


def _named(group_set: Mapping[str, Any], names: Mapping[ObjectId, str]) -> Document:
    groups = [
        {**group, "members": [{"user_id": _id, "name": names.get(_id)} for _id in group["member_ids"]]}
        for group in group_set["groups"]
    ]
    return {**group_set, "groups": groups}


def variant(access: CourseAccess, shown: Mapping[str, Any]) -> str:
    """What the representation depends on beside the version: who reads, and what people are called."""
    seen = [[group["id"], group["members"]] for each in shown["sets"] for group in each["groups"]]
    return f"{access.role}-{hashlib.sha256(to_json(seen, fallback=str)).hexdigest()[:12]}"


def replace(access: CourseAccess, given: GroupSetList, expected: int | None) -> Document:
    """All sets of the course anew. A set and a group keep their ids where the client names these, or their names.

    Raise 412 where they are no longer at the ``expected`` version; 422 for ids that are not there, a name that
    stands twice, one who is in two groups of a set or does not learn in the course; 409 GROUP_SET_IN_USE, naming
    them, while assignments are handed in by a set that would go.
    """

    def work(tx: Transaction) -> Document:
        before = changes.current(repository.groups_of_course(access.course_id, tx) or _NONE, expected)
        wanted = _recognized(given.model_dump()["sets"], before["sets"])
        sets = _stored(wanted)
        strange = parts.strange(wanted, before["sets"], "groups", "/sets")
        if errors := [*strange, *_repeated(sets), *_not_learning(tx, access, sets)]:
            raise Invalid(errors=errors)
        _require_unneeded(tx, {each["id"] for each in before["sets"]} - {each["id"] for each in sets})
        saved = repository.save_groups(tx, access.course_id, sets, clock.now())
        changes.record(tx, access, "update", "groups", access.course_id)
        return saved

    return shown(access, mongo.transaction(work))


def _recognized(given: Sets, before: Sets) -> list[Document]:
    """The sets and groups with the ids that the client names, or those of their names; None for new ones."""
    groups_of = {str(each["id"]): each["groups"] for each in before}
    return [
        {**each, "groups": _by_name(each["groups"], groups_of.get(each["id"], ()))}
        for each in _by_name(given, before)
    ]


def _by_name(rows: Sets, before: Sets) -> list[Document]:
    named = {row["id"] for row in rows}
    free = {row["name"]: str(row["id"]) for row in before if str(row["id"]) not in named}
    return [{**row, "id": row["id"] or free.pop(row["name"], None)} for row in rows]


def _stored(sets: Sets) -> list[Document]:
    return [
        {**each, "id": ObjectId(each["id"]), "groups": [_stored_group(group) for group in each["groups"]]}
        for each in sets
    ]


def _stored_group(group: Mapping[str, Any]) -> Document:
    members = [ObjectId(_id) for _id in group["member_ids"]]
    return {**group, "id": ObjectId(group["id"]), "member_ids": members}


def _repeated(sets: Sets) -> Iterator[Error]:
    """For each name that another has, and each person who stands in a set twice."""
    yield from _named_twice(sets, "/sets")
    for index, each in enumerate(sets):
        yield from _named_twice(each["groups"], f"/sets/{index}/groups")
        seen: set[ObjectId] = set()
        for place, member in _places({index: each}):
            if member in seen:
                yield {"pointer": place, "message": "is in a group of this set already"}
            seen.add(member)


def _named_twice(rows: Sets, place: str) -> Iterator[Error]:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row["name"] in seen:
            yield {"pointer": f"{place}/{index}/name", "message": "is the name of another"}
        seen.add(row["name"])


def _places(sets: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[str, ObjectId]]:
    """Each membership with its place in the request."""
    for index, each in sets.items():
        for number, group in enumerate(each["groups"]):
            for order, member in enumerate(group["member_ids"]):
                yield f"/sets/{index}/groups/{number}/member_ids/{order}", member


def _not_learning(tx: Transaction, access: CourseAccess, sets: Sets) -> Iterator[Error]:
    places = list(_places(dict(enumerate(sets))))
    if len(places) > MOST_MEMBERSHIPS:
        yield {"pointer": "/sets", "message": f"have more than {MOST_MEMBERSHIPS} members together"}
        return
    enrolled = learners.active([access.course_id], {member for _, member in places}, tx)
    learning = {each["user_id"] for each in enrolled}
    for place, member in places:
        if member not in learning:
            yield {"pointer": place, "message": "does not learn in this course"}


def _require_unneeded(tx: Transaction, set_ids: Collection[ObjectId]) -> None:
    using = repository.with_group_sets(tx, set_ids) if set_ids else []
    if using:
        named = [str(assignment["_id"]) for assignment in using]
        detail = "Assignments are handed in by this group set: give them another first"
        raise Conflict(detail, code="GROUP_SET_IN_USE", assignment_ids=named)
