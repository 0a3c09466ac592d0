"""In MongoDB: the fingerprints of submissions, the runs that compare them, the pairs that these find."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel

from lms import mongo
from lms.mongo import Document, Transaction

fingerprints = mongo.collection(
    "similarity_fingerprints",
    indexes=[
        IndexModel([("hashes", ASCENDING), ("course_id", ASCENDING)], name="postings"),
        IndexModel([("assignment_id", ASCENDING), ("holder_id", ASCENDING), ("_id", ASCENDING)]),
    ],
)
meanings_kept = mongo.collection(
    "similarity_meanings", indexes=[IndexModel([("assignment_id", ASCENDING), ("_id", DESCENDING)])]
)
"""The vectors of submissions' sentences, apart from the fingerprints, whose look-up reads whole rows."""
runs = mongo.collection("similarity_runs")
"""``_id`` is the job's. ``fingerprints`` and ``comparisons`` are lists of ids of submissions, one for each step."""
reports = mongo.collection(
    "similarity_reports",
    indexes=[
        IndexModel([("run_id", ASCENDING), ("score", DESCENDING), ("_id", ASCENDING)]),
        IndexModel(
            [("run_id", ASCENDING), ("submission_ids", ASCENDING), ("score", DESCENDING), ("_id", ASCENDING)]
        ),
        IndexModel([("assignment_id", ASCENDING), ("run_id", ASCENDING)]),
    ],
)
"""A row for each pair of submissions that a run finds alike; ``left`` is the earlier."""
summaries = mongo.collection("similarity_summaries")
"""One per assignment, ``_id`` the assignment's: ``last_run``, and ``finished``: what was found last."""

Place = tuple[float, ObjectId]
"""A pair's in the order of falling scores."""


def save(row: Document, tx: Transaction | None = None) -> None:
    """``_id`` is the submission's; what it had before is replaced."""
    fingerprints().replace_one({"_id": row["_id"]}, row, upsert=True, session=tx.session if tx else None)


def save_meaning(row: Document) -> None:
    """``_id`` is the submission's; what it had before is replaced."""
    meanings_kept().replace_one({"_id": row["_id"]}, row, upsert=True)


def meanings(submission_ids: Sequence[ObjectId]) -> list[Document]:
    return list(meanings_kept().find({"_id": {"$in": list(submission_ids)}}))


def meanings_of(assignment_id: ObjectId, most: int, at_a_time: int) -> Iterable[Document]:
    """Of the assignment's submissions, the last first."""
    found = meanings_kept().find({"assignment_id": assignment_id}, batch_size=at_a_time)
    return found.sort("_id", DESCENDING).limit(most)


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


def fingerprinted(submission_ids: Sequence[ObjectId]) -> set[ObjectId]:
    """Those of the submissions that have all their fingerprints."""
    wanted = {"_id": {"$in": list(submission_ids)}, "complete": {"$ne": False}}
    found = fingerprints().find(wanted, {"_id": 1}, batch_size=10_000)
    return {row["_id"] for row in found}


def add_run(tx: Transaction, run: Document) -> None:
    runs().insert_one(run, session=tx.session)


def batch(run_id: ObjectId, stage: str, number: int) -> Document:
    """The run with but one of this stage's batches, counted from 0, as ``batch``."""
    fields = {"assignment_id": 1, "course_id": 1, "other_course_ids": 1, stage: {"$slice": [number, 1]}}
    run = runs().find_one({"_id": run_id}, fields)
    assert run is not None, "a step's run is written before it is opened"
    [found] = run.pop(stage)
    return {**run, "batch": found}


def examined(run_id: ObjectId) -> tuple[list[ObjectId], list[Document]]:
    """The submissions that the run compares with earlier ones, and those of them of which it could not read all."""
    run = runs().find_one({"_id": run_id}, {"comparisons": 1, "unread": 1}) or {}
    return [_id for batch in run.get("comparisons", ()) for _id in batch], run.get("unread", [])


def add_unread(tx: Transaction, run_id: ObjectId, rows: Sequence[Document], most: int) -> None:
    """The first ``most`` of the run are kept."""
    if rows:
        push = {"$push": {"unread": {"$each": list(rows), "$slice": most}}}
        runs().update_one({"_id": run_id}, push, session=tx.session)


def add_pairs(tx: Transaction, rows: Sequence[Document]) -> None:
    if rows:
        reports().insert_many(rows, ordered=False, session=tx.session)


def highest(run_id: ObjectId) -> dict[ObjectId, float]:
    """The highest score of each submission in the run's pairs."""
    found = reports().aggregate(
        [
            {"$match": {"run_id": run_id}},
            {"$project": {"submission_ids": 1, "score": 1}},
            {"$unwind": "$submission_ids"},
            {"$group": {"_id": "$submission_ids", "score": {"$max": "$score"}}},
        ],
        batchSize=10_000,
    )
    return {row["_id"]: row["score"] for row in found}


def count(run_id: ObjectId) -> int:
    """Of the run's pairs."""
    return reports().count_documents({"run_id": run_id})


def sides(run_id: ObjectId, least: float) -> Iterable[Document]:
    """``left`` and ``right`` of the run's pairs of at least this score."""
    wanted = {"run_id": run_id, "score": {"$gte": least}}
    return reports().find(wanted, {"left": 1, "right": 1}, batch_size=1_000)


_BY_SCORE = [("score", DESCENDING), ("_id", ASCENDING)]


def pairs(
    run_id: ObjectId, wanted: Mapping[str, Any], after: Place | None, limit: int, *, matches: bool
) -> list[Document]:
    """The run's pairs that are ``wanted``, the most alike first; with what matches in them, or without."""
    condition: Document = {"run_id": run_id, **wanted}
    if after:
        score, _id = after
        following = [{"score": {"$lt": score}}, {"score": score, "_id": {"$gt": _id}}]
        condition = {"$and": [condition, {"score": {"$lte": score}}, {"$or": following}]}
    found = reports().find(condition, None if matches else {"parts.matches": 0})
    return list(found.sort(_BY_SCORE).limit(limit))


def pairs_of(course_id: ObjectId, user_ids: Sequence[ObjectId]) -> Document:
    """The condition that a pair meets of which one side is of these learners of the course."""
    theirs = {"$in": list(user_ids)}
    sides = ("left", "right")
    return {"$or": [{f"{side}.course_id": course_id, f"{side}.member_ids": theirs} for side in sides]}


def summary(assignment_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    return summaries().find_one({"_id": assignment_id}, session=tx.session if tx else None)


def begin(tx: Transaction, assignment_id: ObjectId, job_id: ObjectId, now: datetime) -> None:
    """Of two that begin at once, both having read the summary, one conflicts with the other."""
    last_run = {"job_id": job_id, "started_at": now}
    summaries().update_one(
        {"_id": assignment_id}, {"$set": {"last_run": last_run}}, upsert=True, session=tx.session
    )


def finish(tx: Transaction, assignment_id: ObjectId, finished: Document) -> None:
    """Unless a later run has finished before."""
    earlier = [{"finished": None}, {"finished.run_id": {"$lt": finished["run_id"]}}]
    summaries().update_one(
        {"_id": assignment_id, "$or": earlier}, {"$set": {"finished": finished}}, session=tx.session
    )


def remove_before(assignment_id: ObjectId, run_id: ObjectId) -> None:
    """What earlier runs of the assignment have found."""
    earlier = {"assignment_id": assignment_id, "run_id": {"$lt": run_id}}
    reports().delete_many(earlier)
