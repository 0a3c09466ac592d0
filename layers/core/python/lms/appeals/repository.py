"""Appeals against grades, in MongoDB."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument

from lms import mongo
from lms.mongo import Document, Transaction

_OPEN: Document = {"state": "open"}

appeals = mongo.collection(
    "appeals",
    indexes=[
        IndexModel(
            [("assignment_id", ASCENDING), ("user_id", ASCENDING)],
            name="one_open",
            unique=True,
            partialFilterExpression=_OPEN,
        ),
        IndexModel([("course_id", ASCENDING), ("state", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("user_id", ASCENDING), ("course_id", ASCENDING), ("state", ASCENDING), ("_id", ASCENDING)]),
    ],
)

Place = tuple[str, ObjectId]
"""An appeal's state and id: where it stands in a list."""


def add(tx: Transaction, appeal: Document) -> None:
    """Raise DuplicateKeyError where the learner has an open one for the assignment."""
    appeals().insert_one(appeal, session=tx.session)


def open_of(assignment_id: ObjectId, user_id: ObjectId) -> Document | None:
    return appeals().find_one({"assignment_id": assignment_id, "user_id": user_id, "state": "open"})


def appeal(tx: Transaction, appeal_id: ObjectId) -> Document | None:
    return appeals().find_one({"_id": appeal_id}, session=tx.session)


def resolve(tx: Transaction, appeal_id: ObjectId, version: int, fields: Mapping[str, Any]) -> Document | None:
    """The appeal as resolved; None where it is no longer open and at ``version``."""
    return appeals().find_one_and_update(
        {"_id": appeal_id, "version": version, "state": "open"},
        {"$set": {**fields, "state": "resolved"}, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )


def page(
    course_id: ObjectId,
    user_ids: Collection[ObjectId] | None,
    state: str | None,
    after: Place | None,
    limit: int,
) -> list[Document]:
    """Of these people or of all, in this state or in any: the open ones first, the oldest first."""
    wanted: Document = {"course_id": course_id}
    if user_ids is not None:
        wanted["user_id"] = {"$in": list(user_ids)}
    if state:
        wanted["state"] = state
    if after:
        wanted["$or"] = [{"state": after[0], "_id": {"$gt": after[1]}}, {"state": {"$gt": after[0]}}]
    return list(appeals().find(wanted).sort([("state", ASCENDING), ("_id", ASCENDING)]).limit(limit))


def waiting(branches: Sequence[Document], after: tuple[datetime, ObjectId] | None, limit: int) -> list[Document]:
    """Those that are open and meet one of ``branches``, the oldest first."""
    place: Document = {}
    if after:
        since, last = after
        place = {"created_at": {"$gte": since}, "$or": [{"created_at": {"$gt": since}}, {"_id": {"$gt": last}}]}
    wanted = [{**branch, **_OPEN, **place} for branch in branches]
    found = appeals().find(wanted[0] if len(wanted) == 1 else {"$or": wanted})
    return list(found.sort([("created_at", ASCENDING), ("_id", ASCENDING)]).limit(limit))
