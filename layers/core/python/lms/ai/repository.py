"""The texts that courses are made from, in MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, UpdateOne

from lms import mongo
from lms.mongo import Document, Transaction

_DUE = {"superseded.due": True}

sources = mongo.collection(
    "sources",
    indexes=[
        IndexModel([("origin", ASCENDING)]),
        IndexModel([("file_id", ASCENDING)], unique=True, partialFilterExpression={"file_id": {"$exists": True}}),
        IndexModel([("superseded.at", ASCENDING)], name="due", partialFilterExpression=_DUE),
    ],
)


def add_source(tx: Transaction, source: Document) -> None:
    sources().insert_one(source, session=tx.session)


def sources_by_id(source_ids: Sequence[ObjectId]) -> list[Document]:
    return list(sources().find({"_id": {"$in": list(source_ids)}}, {"index": 0}))


def source(source_id: ObjectId) -> Document | None:
    return sources().find_one({"_id": source_id}, {"index": 0})


def sources_of_files(file_ids: Sequence[ObjectId]) -> list[Document]:
    return list(sources().find({"file_id": {"$in": [*file_ids]}}))


def lengths(file_ids: Sequence[ObjectId]) -> list[Document]:
    """``file_id``, and the ``length`` of its text in bytes."""
    shown = {"_id": 0, "file_id": 1, "length": {"$strLenBytes": "$text"}}
    return list(sources().find({"file_id": {"$in": [*file_ids]}}, shown, batch_size=10_000))


def supersede(
    tx: Transaction | None,
    which: Mapping[str, Any],
    successor_id: ObjectId | None,
    now: datetime,
    **fields: Any,
) -> ObjectId | None:
    """Note that a text is no longer current, and that what cites it is due to be looked at; which text it is."""
    change = {**fields, "superseded": {"by": successor_id, "at": now, "due": True, "round": 1}}
    found = sources().find_one_and_update(which, {"$set": change}, {"_id": 1}, session=tx.session if tx else None)
    return found["_id"] if found else None


def mark_due(tx: Transaction | None, source_ids: Sequence[ObjectId]) -> None:
    """Those of them that are superseded. Each time is another ``round``."""
    wanted = {"_id": {"$in": [*source_ids]}, "superseded": {"$exists": True}}
    change = {"$set": {"superseded.due": True}, "$inc": {"superseded.round": 1}}
    sources().update_many(wanted, change, session=tx.session if tx else None)


def due_sources(limit: int) -> list[ObjectId]:
    """Superseded texts whose citations are to be looked at, those that have waited longest first."""
    found = sources().find({**_DUE}, {"_id": 1}).sort("superseded.at", ASCENDING).limit(limit)
    return [row["_id"] for row in found]


def settled(source: Document, before: datetime) -> bool:
    """Note that nothing is left that follows the text, where it was superseded ``before`` and is in the same round;
    whether it was."""
    in_round = {"_id": source["_id"], "superseded.round": source["superseded"]["round"]}
    wanted = {**in_round, "superseded.at": {"$lt": before}}
    return sources().update_one(wanted, {"$set": {"superseded.due": False}}).matched_count == 1


def library_sources() -> list[Document]:
    return list(sources().find({"origin": "library"}))


def replace_library(texts: Sequence[Document], now: datetime) -> None:
    """Bring in this library. A text that changed gets a new id, so citations of the old one stay true; the old one
    is superseded by the one that has its title now."""
    changes = [
        UpdateOne({"_id": text["_id"]}, {"$set": text, "$unset": {"superseded": ""}}, upsert=True) for text in texts
    ]
    sources().bulk_write(changes)
    successor_of = {text["title"]: text["_id"] for text in texts}
    old = {"origin": "library", "_id": {"$nin": [text["_id"] for text in texts]}}
    for row in sources().find(old, {"title": 1}):
        supersede(None, {"_id": row["_id"]}, successor_of.get(row["title"]), now, origin="retired")
