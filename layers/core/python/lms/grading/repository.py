"""What an AI suggests for submissions, in MongoDB: appended, never changed."""

from collections.abc import Collection

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel

from lms import mongo
from lms.mongo import Document, Transaction

suggestions = mongo.collection(
    "suggestions",
    indexes=[
        IndexModel([("submission_id", ASCENDING), ("_id", DESCENDING)]),
        IndexModel([("job_id", ASCENDING), ("submission_id", ASCENDING)], unique=True),
    ],
)


def add(tx: Transaction, suggestion: Document) -> None:
    suggestions().insert_one(suggestion, session=tx.session)


def latest(submission_ids: Collection[ObjectId], tx: Transaction | None = None) -> dict[ObjectId, Document]:
    """The last one of each of the submissions that has any."""
    wanted = {"submission_id": {"$in": list(submission_ids)}}
    found = suggestions().find(wanted, session=tx.session if tx else None)
    return {row["submission_id"]: row for row in found.sort([("submission_id", ASCENDING), ("_id", ASCENDING)])}
