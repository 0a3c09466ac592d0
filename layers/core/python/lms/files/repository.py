"""Files and how much room they take, in MongoDB."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from lms import clock, mongo
from lms.mongo import Document, Transaction

PATIENCE = timedelta(minutes=10)
"""How long a worker may be at a file before the sweep asks again: twice as long as a check can take."""

files = mongo.collection(
    "files",
    indexes=[
        IndexModel([("owner_id", ASCENDING), ("_id", DESCENDING)]),
        IndexModel([("owner_id", ASCENDING), ("sha256", ASCENDING)]),
        IndexModel([("key", ASCENDING)]),
        IndexModel([("look_at", ASCENDING)]),
    ],
)
usage = mongo.collection("file_usage")


def add(tx: Transaction, file: Document) -> None:
    files().insert_one(file, session=tx.session)


def file(file_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    return files().find_one({"_id": file_id, "deleted_at": None}, session=tx.session if tx else None)


def change(
    tx: Transaction | None,
    file_id: ObjectId,
    present: Collection[str],
    fields: Mapping[str, Any],
    **conditions: Any,
) -> Document | None:
    """Set ``fields`` where the file is in one of the ``present`` states and not deleted; the file after that."""
    return files().find_one_and_update(
        {"_id": file_id, "status": {"$in": [*present]}, "deleted_at": None, **conditions},
        {"$set": {**fields, "updated_at": clock.now()}, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session if tx else None,
    )


def begin_extraction(file_id: ObjectId) -> Document | None:
    """An available file whose text is queued, this attempt counted; None where there is none."""
    return files().find_one_and_update(
        {"_id": file_id, "status": "available", "text.status": "queued", "deleted_at": None},
        {"$inc": {"text.attempts": 1}, "$set": {"look_at": clock.now() + PATIENCE}},
        return_document=ReturnDocument.AFTER,
    )


def uncount_extraction(file_id: ObjectId) -> None:
    """Let an attempt not count that has come to nothing by no fault of the file's."""
    files().update_one({"_id": file_id, "text.status": "queued"}, {"$inc": {"text.attempts": -1}})


def twin(tx: Transaction, owner_id: ObjectId, sha256: str, size: int, content_type: str) -> Document | None:
    """An available file of this owner with the same content."""
    same = {"owner_id": owner_id, "sha256": sha256, "size": size, "content_type": content_type}
    return files().find_one({**same, "status": "available", "deleted_at": None}, {"key": 1}, session=tx.session)


def is_stood_on(key: str, tx: Transaction | None = None) -> bool:
    """Whether a file that is not deleted has its content in this object."""
    wanted = {"key": key, "deleted_at": None}
    return files().find_one(wanted, {"_id": 1}, session=tx.session if tx else None) is not None


def owned(owner_id: ObjectId, wanted: Mapping[str, Any], before: ObjectId | None, limit: int) -> list[Document]:
    """The newest first."""
    conditions: Document = {"owner_id": owner_id, "deleted_at": None, **wanted}
    if before:
        conditions["_id"] = {"$lt": before}
    return list(files().find(conditions).sort("_id", DESCENDING).limit(limit))


def to_look_at(now: datetime, limit: int) -> list[Document]:
    """Files with something open, whatever their state, whose time to be looked at has come; the oldest first."""
    return list(files().find({"look_at": {"$lte": now}}).sort("look_at", ASCENDING).limit(limit))


def look_again(file: Mapping[str, Any], at: datetime | None) -> bool:
    """Move the time to look at the file, None for never; whether nobody else has moved it since it was read."""
    done = files().update_one({"_id": file["_id"], "look_at": file["look_at"]}, {"$set": {"look_at": at}})
    return done.modified_count == 1


def delete(tx: Transaction, file_id: ObjectId, fields: Mapping[str, Any], expected: int | None) -> Document | None:
    """Set ``fields`` where the file is not deleted and at the ``expected`` version; the file before that."""
    wanted: Document = {"_id": file_id, "deleted_at": None}
    if expected is not None:
        wanted["version"] = expected
    return files().find_one_and_update(wanted, {"$set": {**fields}, "$inc": {"version": 1}}, session=tx.session)


def let_go(tx: Transaction, file_id: ObjectId) -> Document:
    """Part a deleted file from the object that others stand on; the file after that."""
    change = {"$set": {"key": None}}
    after = files().find_one_and_update(
        {"_id": file_id}, change, return_document=ReturnDocument.AFTER, session=tx.session
    )
    assert after is not None, "it was deleted in this transaction, not removed"
    return after


def look_never_again(file_id: ObjectId) -> None:
    files().update_one({"_id": file_id}, {"$set": {"look_at": None}})


def named(file_ids: Collection[ObjectId], fields: Mapping[str, Any] | None) -> list[Document]:
    return list(files().find({"_id": {"$in": [*file_ids]}, "deleted_at": None}, fields))


def held(tx: Transaction, file_ids: Collection[ObjectId], fields: Mapping[str, Any]) -> list[Document]:
    """As ``named``; who deletes one of them at the same time waits for this transaction, or makes it begin anew."""
    wanted = {"_id": {"$in": [*file_ids]}, "deleted_at": None}
    files().update_many(wanted, {"$inc": {"holds": 1}}, session=tx.session)
    return list(files().find(wanted, fields, session=tx.session))


def take_room(tx: Transaction, account: str, size: int, *, most_bytes: int, most_files: int) -> bool:
    """Add a file of ``size`` to what the account has, where both limits hold; whether they do."""
    room = {
        "$and": [
            {"$lte": [{"$add": [{"$ifNull": ["$bytes", 0]}, size]}, most_bytes]},
            {"$lt": [{"$ifNull": ["$files", 0]}, most_files]},
        ]
    }
    more = {"$cond": ["$taken", 1, 0]}
    after = usage().find_one_and_update(
        {"_id": account},
        [
            {"$set": {"taken": room}},
            {
                "$set": {
                    "bytes": {"$add": [{"$ifNull": ["$bytes", 0]}, {"$multiply": [size, more]}]},
                    "files": {"$add": [{"$ifNull": ["$files", 0]}, more]},
                }
            },
        ],
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    assert after is not None, "an upsert leaves an account"
    return bool(after["taken"])


def give_room_back(tx: Transaction, account: str, size: int) -> None:
    usage().update_one({"_id": account}, {"$inc": {"bytes": -size, "files": -1}}, session=tx.session)


def taken_room(accounts: Collection[str]) -> list[Document]:
    return list(usage().find({"_id": {"$in": [*accounts]}}))
