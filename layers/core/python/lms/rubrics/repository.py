"""Rubrics, and every version of them that was ever in force, in MongoDB."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument

from lms import mongo
from lms.mongo import Document, Transaction

rubrics = mongo.collection(
    "rubrics",
    indexes=[
        IndexModel([("course_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("used_in", ASCENDING)]),
    ],
)
rubric_versions = mongo.collection(
    "rubric_versions",
    indexes=[IndexModel([("rubric_id", ASCENDING), ("version", ASCENDING)], unique=True)],
)

_PINNED = ("version", "title", "criteria", "points")


def _version(rubric: Mapping[str, Any]) -> Document:
    return {"_id": ObjectId(), "rubric_id": rubric["_id"], **{name: rubric[name] for name in _PINNED}}


def add(tx: Transaction, rows: Sequence[Document]) -> None:
    """The rubrics, and of each the version that it begins with."""
    if rows:
        rubrics().insert_many(rows, ordered=False, session=tx.session)
        rubric_versions().insert_many([_version(row) for row in rows], ordered=False, session=tx.session)


def rubric(tx: Transaction, rubric_id: ObjectId) -> Document | None:
    return rubrics().find_one({"_id": rubric_id, "deleted_at": None}, session=tx.session)


def even_deleted(rubric_id: ObjectId, tx: Transaction | None) -> Document | None:
    return rubrics().find_one({"_id": rubric_id}, session=tx.session if tx else None)


def version(tx: Transaction | None, rubric_id: ObjectId, number: int) -> Document | None:
    wanted = {"rubric_id": rubric_id, "version": number}
    return rubric_versions().find_one(wanted, session=tx.session if tx else None)


def versions(pins: Collection[tuple[ObjectId, int]]) -> list[Document]:
    """Those of these rubrics and versions that there are."""
    wanted = [{"rubric_id": rubric_id, "version": number} for rubric_id, number in pins]
    return list(rubric_versions().find({"$or": wanted})) if wanted else []


def page(course_id: ObjectId, after: ObjectId | None, limit: int) -> list[Document]:
    """In the order in which they were made."""
    match = {"course_id": course_id, "deleted_at": None, **({"_id": {"$gt": after}} if after else {})}
    return list(rubrics().find(match).sort("_id", ASCENDING).limit(limit))


def change(
    tx: Transaction, rubric_id: ObjectId, version: int, fields: Mapping[str, Any], now: datetime
) -> Document | None:
    """The rubric as changed, that version kept; None where it is no longer at ``version``."""
    changed = rubrics().find_one_and_update(
        {"_id": rubric_id, "version": version, "deleted_at": None},
        {"$set": {**fields, "updated_at": now}, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    if changed:
        rubric_versions().insert_one(_version(changed), session=tx.session)
    return changed


def take(tx: Transaction, course_id: ObjectId, rubric_id: ObjectId, user: ObjectId) -> bool:
    """Note on the course's rubric that ``user`` uses it; False where the course has none such.

    That is a write, so that a deletion at the same time conflicts.
    """
    wanted = {"_id": rubric_id, "course_id": course_id, "deleted_at": None}
    return rubrics().update_one(wanted, {"$addToSet": {"used_in": user}}, session=tx.session).matched_count == 1


def release(tx: Transaction, rubric_id: ObjectId, user: ObjectId) -> None:
    rubrics().update_one({"_id": rubric_id}, {"$pull": {"used_in": user}}, session=tx.session)


def delete(tx: Transaction, rubric_id: ObjectId, now: datetime) -> bool:
    """False where something uses it."""
    unused: Document = {"_id": rubric_id, "deleted_at": None, "used_in": []}
    return rubrics().update_one(unused, {"$set": {"deleted_at": now}}, session=tx.session).matched_count == 1


def ids_of_course(tx: Transaction, course_id: ObjectId) -> list[ObjectId]:
    wanted = {"course_id": course_id, "deleted_at": None}
    return [row["_id"] for row in rubrics().find(wanted, {"_id": 1}, session=tx.session)]


def to_copy(tx: Transaction, course_id: ObjectId) -> Iterable[Document]:
    return rubrics().find({"course_id": course_id, "deleted_at": None}, session=tx.session)
