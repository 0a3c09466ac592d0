"""Learners' reviews of each other's submissions, in MongoDB."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from lms import mongo
from lms.mongo import Document, Transaction

reviews = mongo.collection(
    "reviews",
    indexes=[
        IndexModel([("submission_id", ASCENDING), ("reviewer_id", ASCENDING)], unique=True),
        IndexModel(
            [("assignment_id", ASCENDING), ("holder_id", ASCENDING), ("reviewer_id", ASCENDING)], unique=True
        ),
        IndexModel(
            [("replaces", ASCENDING)], unique=True, partialFilterExpression={"replaces": {"$type": "objectId"}}
        ),
        IndexModel([("reviewer_id", ASCENDING), ("state", DESCENDING), ("_id", ASCENDING)]),
    ],
)

Place = tuple[str, ObjectId]
"""A review's state and id: where it stands in a reviewer's list."""


def of_assignment(tx: Transaction, assignment_id: ObjectId) -> list[Document]:
    """All of them, without what they say."""
    said = {"criteria": 0, "comment": 0}
    return list(reviews().find({"assignment_id": assignment_id}, said, session=tx.session))


def add(tx: Transaction, rows: Sequence[Document]) -> None:
    """Raise BulkWriteError where one of them reviews this work already."""
    if rows:
        reviews().insert_many(rows, ordered=False, session=tx.session)


def miss(tx: Transaction, review_ids: Collection[ObjectId]) -> None:
    """They are no longer to be done; the transaction has read that they were open."""
    if review_ids:
        change = {"$set": {"state": "missed"}, "$inc": {"version": 1}}
        reviews().update_many({"_id": {"$in": list(review_ids)}}, change, session=tx.session)


def review(tx: Transaction, review_id: ObjectId) -> Document | None:
    return reviews().find_one({"_id": review_id}, session=tx.session)


def save(tx: Transaction, review_id: ObjectId, version: int, fields: Mapping[str, Any]) -> Document | None:
    """The review as saved; None where it is no longer at ``version``."""
    return reviews().find_one_and_update(
        {"_id": review_id, "version": version},
        {"$set": fields, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )


def page_of_reviewer(
    reviewer_id: ObjectId, course_ids: Sequence[ObjectId], after: Place | None, limit: int
) -> list[Document]:
    """In these courses: what is open first, then what was missed, then what is done; each in its order."""
    wanted: Document = {"reviewer_id": reviewer_id, "course_id": {"$in": course_ids}}
    if after:
        state, review_id = after
        wanted["$or"] = [{"state": state, "_id": {"$gt": review_id}}, {"state": {"$lt": state}}]
    return list(reviews().find(wanted).sort([("state", DESCENDING), ("_id", ASCENDING)]).limit(limit))


def of_submission(submission_id: ObjectId, wanted: Mapping[str, Any]) -> list[Document]:
    """In the order of their allocation."""
    return list(reviews().find({"submission_id": submission_id, **wanted}).sort("_id", ASCENDING).limit(1_000))


def reviewed_by(reviewer_id: ObjectId, submission_ids: Collection[ObjectId]) -> Document | None:
    """One that the reviewer has of these submissions, to do or done."""
    wanted: Document = {"submission_id": {"$in": list(submission_ids)}, "reviewer_id": reviewer_id}
    return reviews().find_one({**wanted, "state": {"$ne": "missed"}})
