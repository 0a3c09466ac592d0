"""Files and how much room they take, in MongoDB."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from lms import clock, mongo
from lms.files.states import FileStatus, TextStatus
from lms.mongo import Document, Transaction

_PENDING = {"status": FileStatus.PENDING.value}
_SCANNING = {"status": FileStatus.SCANNING.value}
_TEXT_QUEUED = {"text.status": TextStatus.QUEUED.value}
_LEFTOVER = {"leftover": True}

files = mongo.collection(
    "files",
    indexes=[
        IndexModel([("owner_id", ASCENDING), ("_id", DESCENDING)]),
        IndexModel([("owner_id", ASCENDING), ("sha256", ASCENDING)]),
        IndexModel([("key", ASCENDING)], partialFilterExpression={"key": {"$type": "string"}}),
        IndexModel([("upload.expires_at", ASCENDING)], name="pending", partialFilterExpression=_PENDING),
        IndexModel([("updated_at", ASCENDING)], name="scanning", partialFilterExpression=_SCANNING),
        IndexModel([("updated_at", ASCENDING)], name="text_queued", partialFilterExpression=_TEXT_QUEUED),
        IndexModel([("updated_at", ASCENDING)], name="leftover", partialFilterExpression=_LEFTOVER),
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
    present: Collection[FileStatus],
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


def twin(tx: Transaction, owner_id: ObjectId, sha256: str, size: int, content_type: str) -> Document | None:
    """An available file of this owner with the same content."""
    same = {"owner_id": owner_id, "sha256": sha256, "size": size, "content_type": content_type}
    return files().find_one(
        {**same, "status": FileStatus.AVAILABLE, "deleted_at": None}, {"key": 1}, session=tx.session
    )


def is_shared(tx: Transaction, file: Mapping[str, Any]) -> bool:
    """Whether another file stands on the same object."""
    others = {"key": file["key"], "_id": {"$ne": file["_id"]}, "deleted_at": None}
    return files().find_one(others, {"_id": 1}, session=tx.session) is not None


def owned(owner_id: ObjectId, wanted: Mapping[str, Any], before: ObjectId | None, limit: int) -> list[Document]:
    """The newest first."""
    conditions: Document = {"owner_id": owner_id, "deleted_at": None, **wanted}
    if before:
        conditions["_id"] = {"$lt": before}
    return list(files().find(conditions).sort("_id", DESCENDING).limit(limit))


def overdue(now: datetime, limit: int) -> list[Document]:
    """Uploads whose time is over."""
    return list(files().find({**_PENDING, "upload.expires_at": {"$lte": now}}).limit(limit))


def stuck_in_scanning(since: datetime, limit: int) -> list[Document]:
    return list(files().find({**_SCANNING, "updated_at": {"$lte": since}, "deleted_at": None}).limit(limit))


def stuck_in_extraction(since: datetime, limit: int) -> list[Document]:
    return list(files().find({**_TEXT_QUEUED, "updated_at": {"$lte": since}, "deleted_at": None}).limit(limit))


def with_leftovers(since: datetime, limit: int) -> list[Document]:
    """Files whose objects should be gone since then."""
    return list(files().find({**_LEFTOVER, "updated_at": {"$lte": since}}).limit(limit))


def touch(file_ids: list[ObjectId]) -> None:
    """Note that these were seen to, so that they are not seen to again at once."""
    files().update_many({"_id": {"$in": file_ids}}, {"$set": {"updated_at": clock.now()}})


def cleared(file_id: ObjectId) -> None:
    """Note that nothing of the file is left in S3."""
    files().update_one({"_id": file_id}, {"$unset": {"leftover": ""}})


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
