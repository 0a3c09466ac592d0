"""What an AI suggests for submissions, in MongoDB: appended, never changed."""

from collections.abc import Collection
from datetime import datetime

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


essay_suggestions = mongo.collection(
    "essay_suggestions",
    indexes=[
        IndexModel([("attempt_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("job_id", ASCENDING), ("item_id", ASCENDING)], unique=True),
    ],
)
"""For answers in quizzes, each of an attempt's item."""


def add_of_essay(tx: Transaction, suggestion: Document) -> None:
    essay_suggestions().insert_one(suggestion, session=tx.session)


def of_essays(
    attempt_id: ObjectId, submitted_at: datetime | None, tx: Transaction | None = None
) -> dict[str, Document]:
    """The last one of each of the items that has any, of the attempt as it was handed in then."""
    wanted = {"attempt_id": attempt_id, "submitted_at": submitted_at}
    found = essay_suggestions().find(wanted, session=tx.session if tx else None)
    return {row["item_id"]: row for row in found.sort("_id", ASCENDING)}


def add(tx: Transaction, suggestion: Document) -> None:
    suggestions().insert_one(suggestion, session=tx.session)


def criteria_of(submission_ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
    """The ``rubric`` and the points of the criteria of the last one of each of the submissions that has any."""
    fields = {"submission_id": 1, "rubric": 1, "criteria.criterion_id": 1, "criteria.points": 1}
    found = suggestions().find({"submission_id": {"$in": list(submission_ids)}}, fields, batch_size=10_000)
    return {row["submission_id"]: row for row in found.sort([("submission_id", ASCENDING), ("_id", ASCENDING)])}


def latest(submission_ids: Collection[ObjectId], tx: Transaction | None = None) -> dict[ObjectId, Document]:
    """The last one of each of the submissions that has any."""
    wanted = {"submission_id": {"$in": list(submission_ids)}}
    found = suggestions().find(wanted, session=tx.session if tx else None)
    return {row["submission_id"]: row for row in found.sort([("submission_id", ASCENDING), ("_id", ASCENDING)])}
