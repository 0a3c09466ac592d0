"""The fingerprints of submissions in MongoDB."""

from collections.abc import Sequence

from bson import ObjectId
from pymongo import ASCENDING, IndexModel

from lms import mongo
from lms.mongo import Document, Transaction

fingerprints = mongo.collection(
    "similarity_fingerprints",
    indexes=[
        IndexModel([("hashes", ASCENDING), ("course_id", ASCENDING)], name="postings"),
        IndexModel([("assignment_id", ASCENDING), ("holder_id", ASCENDING), ("_id", ASCENDING)]),
    ],
)


def save(row: Document, tx: Transaction | None = None) -> None:
    """``_id`` is the submission's; what it had before is replaced."""
    fingerprints().replace_one({"_id": row["_id"]}, row, upsert=True, session=tx.session if tx else None)


def holders(assignment_id: ObjectId) -> dict[ObjectId, list[ObjectId]]:
    """The ids of the submissions of each holder."""
    found: dict[ObjectId, list[ObjectId]] = {}
    fields = {"holder_id": 1, "assignment_id": 1}
    for row in fingerprints().find({"assignment_id": assignment_id}, fields, batch_size=10_000):
        found.setdefault(row["holder_id"], []).append(row["_id"])
    return found


def postings(submission_id: ObjectId, course_ids: Sequence[ObjectId], most: int) -> list[Document]:
    """For each hash of the submission that others have, who has it: ``hash``, and ``found`` with the ``_id``,
    ``assignment_id`` and ``holder_id`` of submissions of these courses by others, the first ``most`` of them.

    One round trip. Its work grows with the submission's own hashes, not with the number of submissions.
    """
    by_others = [
        {"$match": {"course_id": {"$in": list(course_ids)}, "$expr": {"$ne": ["$holder_id", "$$holder_id"]}}},
        {"$limit": most},
        {"$project": {"_id": 1, "assignment_id": 1, "holder_id": 1}},
    ]
    found = fingerprints().aggregate(
        [
            {"$match": {"_id": submission_id}},
            {"$unwind": "$hashes"},
            {
                "$lookup": {
                    "from": fingerprints.name,
                    "localField": "hashes",
                    "foreignField": "hashes",
                    "let": {"holder_id": "$holder_id"},
                    "pipeline": by_others,
                    "as": "found",
                }
            },
            {"$match": {"found.0": {"$exists": True}}},
            {"$project": {"_id": 0, "hash": "$hashes", "found": 1}},
        ],
        batchSize=10_000,
    )
    return list(found)


def remove(tx: Transaction, submission_ids: Sequence[ObjectId]) -> None:
    fingerprints().delete_many({"_id": {"$in": list(submission_ids)}}, session=tx.session)
