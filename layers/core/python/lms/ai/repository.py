"""The texts that courses are made from, in MongoDB."""

from collections.abc import Sequence

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, UpdateOne

from lms import mongo
from lms.mongo import Document, Transaction

sources = mongo.collection("sources", indexes=[IndexModel([("origin", ASCENDING)])])


def add_source(tx: Transaction, source: Document) -> None:
    sources().insert_one(source, session=tx.session)


def sources_by_id(source_ids: Sequence[ObjectId]) -> list[Document]:
    return list(sources().find({"_id": {"$in": list(source_ids)}}, {"index": 0}))


def library_sources() -> list[Document]:
    return list(sources().find({"origin": "library"}))


def replace_library(texts: Sequence[Document]) -> None:
    """Bring in this library. A text that changed gets a new id, so citations of the old one stay true."""
    sources().bulk_write([UpdateOne({"_id": text["_id"]}, {"$set": text}, upsert=True) for text in texts])
    sources().update_many(
        {"origin": "library", "_id": {"$nin": [text["_id"] for text in texts]}}, {"$set": {"origin": "retired"}}
    )
