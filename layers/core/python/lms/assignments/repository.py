"""Assignments, and the groups that hand them in together, in MongoDB."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument

from lms import mongo
from lms.mongo import Document, Transaction

assignments = mongo.collection(
    "assignments",
    indexes=[
        IndexModel([("course_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("group_set_id", ASCENDING)], partialFilterExpression={"group_set_id": {"$type": "objectId"}}),
        IndexModel([("reviews_at", ASCENDING)], partialFilterExpression={"reviews_at": {"$type": "date"}}),
    ],
)
group_sets = mongo.collection("group_sets")
"""One document per course, ``_id`` its id, with ``sets`` of ``groups`` of ``member_ids``: one version for all."""


def add(tx: Transaction, rows: Sequence[Document]) -> None:
    if rows:
        assignments().insert_many(rows, ordered=False, session=tx.session)


def assignment(tx: Transaction, assignment_id: ObjectId) -> Document | None:
    return assignments().find_one({"_id": assignment_id, "deleted_at": None}, session=tx.session)


def even_deleted(assignment_id: ObjectId, tx: Transaction | None) -> Document | None:
    return assignments().find_one({"_id": assignment_id}, session=tx.session if tx else None)


def change(
    tx: Transaction, assignment_id: ObjectId, version: int, fields: Mapping[str, Any], now: datetime
) -> Document | None:
    """The assignment as changed; None where it is no longer at ``version``."""
    return assignments().find_one_and_update(
        {"_id": assignment_id, "version": version, "deleted_at": None},
        {"$set": {**fields, "updated_at": now}, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )


def release(tx: Transaction, assignment_id: ObjectId, now: datetime) -> None:
    """Note that the grades are released, where they are not yet."""
    held: Document = {"_id": assignment_id, "released_at": None}
    change = {"$set": {"released_at": now, "updated_at": now}, "$inc": {"version": 1}}
    assignments().update_one(held, change, session=tx.session)


def with_reviews_at(now: datetime, limit: int) -> list[Document]:
    """Ids of those with a ``reviews_at`` of now or before, the earliest first; deleted ones too."""
    found = assignments().find({"reviews_at": {"$lte": now, "$type": "date"}}, {"reviews_at": 1})
    return list(found.sort("reviews_at", ASCENDING).limit(limit))


def set_reviews_at(tx: Transaction, assignment_id: ObjectId, at: datetime | None) -> None:
    assignments().update_one({"_id": assignment_id}, {"$set": {"reviews_at": at}}, session=tx.session)


def titles(assignment_ids: Collection[ObjectId]) -> list[Document]:
    """Titles and points of these assignments, and whether they are published and graded blind, deleted ones too."""
    fields = dict.fromkeys(("title", "points", "published", "blind", "released_at", "deleted_at"), 1)
    return list(assignments().find({"_id": {"$in": list(assignment_ids)}}, fields))


def delete(tx: Transaction, assignment_id: ObjectId, now: datetime, reviews_at: datetime | None) -> None:
    hidden = {"$set": {"deleted_at": now, "reviews_at": reviews_at}}
    assignments().update_one({"_id": assignment_id}, hidden, session=tx.session)


def _overrides_for(theirs: Collection[ObjectId]) -> Document:
    for_them = {"$or": [{"$in": [f"$$this.{name}", list(theirs)]} for name in ("cohort_id", "user_id")]}
    return {"$filter": {"input": "$overrides", "cond": for_them}}


def page(
    course_id: ObjectId,
    wanted: Mapping[str, Any],
    theirs: Collection[ObjectId],
    after: ObjectId | None,
    limit: int,
) -> list[Document]:
    """In the order in which they were made, with the overrides for ``theirs`` (cohorts and users)."""
    match = {"course_id": course_id, "deleted_at": None, **wanted, **({"_id": {"$gt": after}} if after else {})}
    pipeline: list[Document] = [
        {"$match": match},
        {"$sort": {"_id": ASCENDING}},
        {"$limit": limit},
        {"$set": {"overrides": _overrides_for(theirs)}},
    ]
    return list(assignments().aggregate(pipeline))


def published_in(course_ids: Sequence[ObjectId], theirs: Collection[ObjectId]) -> list[Document]:
    """Titles and dates of the courses' assignments, with the overrides for ``theirs`` (cohorts and users)."""
    fields = "course_id title opens_at due_at closes_at attempts late_policy group_set_id".split()
    found = assignments().aggregate(
        [
            {"$match": {"course_id": {"$in": course_ids}, "published": True, "deleted_at": None}},
            {"$project": {**dict.fromkeys(fields, 1), "overrides": _overrides_for(theirs)}},
        ],
        batchSize=1_000,
    )
    return list(found)


def ids_of_course(tx: Transaction, course_id: ObjectId) -> list[ObjectId]:
    wanted = {"course_id": course_id, "deleted_at": None}
    return [row["_id"] for row in assignments().find(wanted, {"_id": 1}, session=tx.session)]


def even_deleted_ids(course_ids: Sequence[ObjectId]) -> list[ObjectId]:
    return [row["_id"] for row in assignments().find({"course_id": {"$in": list(course_ids)}}, {"_id": 1})]


def to_copy(tx: Transaction, course_id: ObjectId) -> Iterable[Document]:
    return assignments().find({"course_id": course_id, "deleted_at": None}, session=tx.session)


def with_group_sets(tx: Transaction, set_ids: Collection[ObjectId]) -> list[Document]:
    """Ids of the assignments that these group sets hand in."""
    wanted = {"group_set_id": {"$in": list(set_ids)}, "deleted_at": None}
    return list(assignments().find(wanted, {"_id": 1}, session=tx.session))


def groups_of_course(course_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    return group_sets().find_one({"_id": course_id}, session=tx.session if tx else None)


def save_groups(tx: Transaction, course_id: ObjectId, sets: Sequence[Document], now: datetime) -> Document:
    """The course's groups as saved, which this transaction has read."""
    saved = group_sets().find_one_and_update(
        {"_id": course_id},
        {"$set": {"sets": sets, "updated_at": now}, "$inc": {"version": 1}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    assert saved is not None, "an upsert leaves a document"
    return saved


def hold_group_set(tx: Transaction, course_id: ObjectId, set_id: ObjectId) -> bool:
    """Whether the course has this group set; if so, its removal at the same time conflicts with this."""
    held = group_sets().update_one(
        {"_id": course_id, "sets.id": set_id}, {"$inc": {"holds": 1}}, session=tx.session
    )
    return held.matched_count == 1


def groups_with(user_id: ObjectId, course_ids: Sequence[ObjectId], tx: Transaction | None = None) -> list[Document]:
    """The groups that the person is in: ``course_id``, ``set_id``, ``id``, ``name``, ``member_ids``."""
    pipeline: list[Document] = [
        {"$match": {"_id": {"$in": course_ids}}},
        {"$unwind": "$sets"},
        {"$unwind": "$sets.groups"},
        {"$match": {"sets.groups.member_ids": user_id}},
        {
            "$project": {
                "_id": 0,
                "course_id": "$_id",
                "set_id": "$sets.id",
                **{name: f"$sets.groups.{name}" for name in ("id", "name", "member_ids")},
            }
        },
    ]
    return list(group_sets().aggregate(pipeline, session=tx.session if tx else None))
