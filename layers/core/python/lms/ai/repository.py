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


def source(source_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    return sources().find_one({"_id": source_id}, {"index": 0}, session=tx.session if tx else None)


def sources_of_files(file_ids: Sequence[ObjectId]) -> list[Document]:
    return list(sources().find({"file_id": {"$in": [*file_ids]}}))


def supersede(
    tx: Transaction | None,
    which: Mapping[str, Any],
    successor_id: ObjectId | None,
    now: datetime,
    **fields: Any,
) -> None:
    """Note that a text is no longer current, and that what cites it is due to be looked at."""
    change = {**fields, "superseded": {"by": successor_id, "at": now, "due": True}}
    sources().update_one(which, {"$set": change}, session=tx.session if tx else None)


def forget(tx: Transaction, file_id: ObjectId, now: datetime) -> None:
    gone = {"text": "", "places": [], "origin": "forgotten", "superseded": {"by": None, "at": now, "due": True}}
    sources().update_one({"file_id": file_id, "origin": "file"}, {"$set": gone}, session=tx.session)


def mark_due(tx: Transaction, source_ids: Sequence[ObjectId]) -> None:
    """Those of them that are superseded."""
    wanted = {"_id": {"$in": [*source_ids]}, "superseded": {"$exists": True}}
    sources().update_many(wanted, {"$set": {"superseded.due": True}}, session=tx.session)


def due_sources(limit: int) -> list[ObjectId]:
    """Superseded texts whose citations are to be looked at, those that have waited longest first."""
    found = sources().find({**_DUE}, {"_id": 1}).sort("superseded.at", ASCENDING).limit(limit)
    return [row["_id"] for row in found]


def settled(source_id: ObjectId, before: datetime) -> bool:
    """Note that nothing is left that cites the text, where it was superseded ``before``; whether it was."""
    wanted = {"_id": source_id, "superseded.at": {"$lt": before}}
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
