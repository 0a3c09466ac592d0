"""Grades, each of an assignment and a learner, and every change of them, in MongoDB."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne

from lms import mongo
from lms.mongo import Document, Transaction

_OF_SUBMISSIONS: Document = {"submission_id": {"$type": "objectId"}}
_RELEASED: Document = {"released_at": {"$type": "date"}}

grades = mongo.collection(
    "grades",
    indexes=[
        IndexModel([("assignment_id", ASCENDING), ("user_id", ASCENDING)], unique=True),
        IndexModel([("submission_id", ASCENDING)], partialFilterExpression=_OF_SUBMISSIONS),
        IndexModel([("user_id", ASCENDING), ("_id", DESCENDING)], partialFilterExpression=_RELEASED),
    ],
)
grade_history = mongo.collection(
    "grade_history",
    indexes=[
        IndexModel([("assignment_id", ASCENDING), ("user_id", ASCENDING), ("version", ASCENDING)], unique=True)
    ],
)


def grade(assignment_id: ObjectId, user_id: ObjectId) -> Document | None:
    return grades().find_one({"assignment_id": assignment_id, "user_id": user_id})


def of_learners(
    assignment_id: ObjectId, user_ids: Collection[ObjectId], tx: Transaction | None = None
) -> dict[ObjectId, Document]:
    """By learner, of those of these who have one."""
    wanted = {"assignment_id": assignment_id, "user_id": {"$in": list(user_ids)}}
    return {row["user_id"]: row for row in grades().find(wanted, session=tx.session if tx else None)}


def of_submissions(tx: Transaction, submission_ids: Collection[ObjectId]) -> list[Document]:
    """Those that were given for these submissions."""
    wanted: Document = {"submission_id": {"$in": list(submission_ids), "$type": "objectId"}}
    return list(grades().find(wanted, session=tx.session))


def graded_by_persons(assignment_id: ObjectId) -> set[ObjectId]:
    """The learners with a grade that a person has given."""
    wanted = {"assignment_id": assignment_id, "origin": {"$in": _PERSONS}}
    return {row["user_id"] for row in grades().find(wanted, {"user_id": 1}, batch_size=10_000)}


def by_persons(assignment_id: ObjectId, limit: int) -> list[Document]:
    """Those that persons gave for submissions, not excused; the last ones that were given."""
    wanted = {"assignment_id": assignment_id, "origin": {"$in": _PERSONS}, "raw": {"$ne": None}, **_OF_SUBMISSIONS}
    return list(grades().find(wanted).sort("graded_at", DESCENDING).limit(limit))


_PERSONS = ["person", "group"]


def by_rubric(assignment_id: ObjectId, user_ids: Sequence[ObjectId], limit: int) -> list[Document]:
    """What persons gave these learners along a rubric for submissions, the last one first: ``submission_id``,
    ``rubric``, ``criteria`` and ``ai``."""
    theirs = {"assignment_id": assignment_id, "user_id": {"$in": list(user_ids)}}
    wanted = {**theirs, "origin": {"$in": _PERSONS}, "rubric": {"$ne": None}, **_OF_SUBMISSIONS}
    fields = {"submission_id": 1, "rubric": 1, "criteria.criterion_id": 1, "criteria.points": 1, "ai": 1}
    return list(grades().find(wanted, fields, batch_size=10_000).sort("graded_at", DESCENDING).limit(limit))


def sums(assignment_id: ObjectId, user_ids: Sequence[ObjectId]) -> Document:
    """Of these learners' grades: how many have each ``score``; by ``rubric``, ``criterion_id`` and ``level_id`` how
    many have it and their ``points`` together; how many are ``excused``."""
    counted = {"count": {"$sum": 1}}
    level = {"rubric": "$rubric", "criterion_id": "$criteria.criterion_id", "level_id": "$criteria.level_id"}
    [found] = grades().aggregate(
        [
            {"$match": {"assignment_id": assignment_id, "user_id": {"$in": list(user_ids)}}},
            {
                "$facet": {
                    "scores": [
                        {"$match": {"score": {"$ne": None}, "excused": False}},
                        {"$group": {"_id": "$score", **counted}},
                        {"$project": {"_id": 0, "score": "$_id", "count": 1}},
                    ],
                    "criteria": [
                        {"$match": {"rubric": {"$ne": None}, "excused": False}},
                        {"$unwind": "$criteria"},
                        {"$group": {"_id": level, **counted, "points": {"$sum": "$criteria.points"}}},
                        {"$replaceWith": {"$mergeObjects": ["$_id", {"count": "$count", "points": "$points"}]}},
                    ],
                    "excused": [{"$match": {"excused": True}}, {"$count": "count"}],
                }
            },
        ]
    )
    return {**found, "excused": sum(row["count"] for row in found["excused"])}


def graded_among(assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> set[ObjectId]:
    """Those of these learners who have a grade."""
    wanted = {"assignment_id": assignment_id, "user_id": {"$in": list(user_ids)}}
    return {row["user_id"] for row in grades().find(wanted, {"user_id": 1}, batch_size=10_000)}


def first_graded(assignment_id: ObjectId, user_ids: Sequence[ObjectId]) -> dict[ObjectId, datetime]:
    """When each submission got its first grade, one of these learners'."""
    found = grade_history().aggregate(
        [
            {"$match": {"assignment_id": assignment_id, "user_id": {"$in": list(user_ids)}}},
            {"$match": {"after.submission_id": {"$type": "objectId"}}},
            {"$group": {"_id": "$after.submission_id", "at": {"$min": "$at"}}},
        ],
        batchSize=10_000,
    )
    return {row["_id"]: row["at"] for row in found}


def held(tx: Transaction, assignment_id: ObjectId, user_ids: Collection[ObjectId] | None) -> list[Document]:
    """Those that learners do not see yet, of these or of all."""
    theirs = {} if user_ids is None else {"user_id": {"$in": list(user_ids)}}
    wanted = {"assignment_id": assignment_id, "released_at": None, **theirs}
    return list(grades().find(wanted, session=tx.session))


def released_to(user_id: ObjectId, after: ObjectId | None, limit: int) -> list[Document]:
    """Of a learner, the newest first."""
    place = {"_id": {"$lt": after}} if after else {}
    found = grades().find({"user_id": user_id, **_RELEASED, **place})
    return list(found.sort("_id", DESCENDING).limit(limit))


def write(tx: Transaction, rows: Sequence[Document], log: Sequence[Document]) -> None:
    """Put these in place of the versions before, which this transaction has read, and append to the history.

    Raise BulkWriteError where another has given one of them a first grade at the same time.
    """
    updates: list[Any] = [
        ReplaceOne({"_id": row["_id"], "version": row["version"] - 1}, row, upsert=row["version"] == 1)
        for row in rows
    ]
    written = grades().bulk_write(updates, ordered=False, session=tx.session)
    assert written.matched_count + written.upserted_count == len(rows), "what a transaction has read stays"
    grade_history().insert_many(log, session=tx.session)


def history(assignment_id: ObjectId, user_id: ObjectId) -> list[Document]:
    """Of one grade, the first change first."""
    found = grade_history().find({"assignment_id": assignment_id, "user_id": user_id})
    return list(found.sort("version", ASCENDING).limit(500))
