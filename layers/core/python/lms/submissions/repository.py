"""Drafts with the log of their saves, and submissions, in MongoDB."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateMany, UpdateOne

from lms import mongo
from lms.mongo import Document, Transaction

_WAITING: Document = {"waits_for.0": {"$exists": True}}

submissions = mongo.collection(
    "submissions",
    indexes=[
        IndexModel([("assignment_id", ASCENDING), ("holder_id", ASCENDING), ("attempt", ASCENDING)], unique=True),
        IndexModel([("assignment_id", ASCENDING), ("member_ids", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("member_ids", ASCENDING), ("course_id", ASCENDING)]),
        IndexModel([("file_ids", ASCENDING)]),
        IndexModel(
            [("course_id", ASCENDING), ("submitted_at", ASCENDING), ("_id", ASCENDING)],
            partialFilterExpression=_WAITING,
        ),
    ],
)
drafts = mongo.collection(
    "drafts",
    indexes=[
        IndexModel([("assignment_id", ASCENDING), ("holder_id", ASCENDING)], unique=True),
        IndexModel([("assignment_id", ASCENDING), ("member_ids", ASCENDING)]),
        IndexModel([("answers.file_ids.value", ASCENDING)], sparse=True),
    ],
)
draft_log = mongo.collection(
    "draft_log",
    indexes=[IndexModel([("draft_id", ASCENDING), ("client_id", ASCENDING), ("seq", ASCENDING)], unique=True)],
)

_SUMMARY: Mapping[str, Any] = {"text": 0, "code": 0}


def draft(assignment_id: ObjectId, holder_id: ObjectId) -> Document | None:
    return drafts().find_one({"assignment_id": assignment_id, "holder_id": holder_id})


def add_draft(tx: Transaction, draft: Document) -> None:
    """Raise DuplicateKeyError where the holder has one."""
    drafts().insert_one(draft, session=tx.session)


def save_draft(tx: Transaction, draft_id: ObjectId, version: int, fields: Mapping[str, Any]) -> Document | None:
    """The draft as saved; None where another write came between."""
    return drafts().find_one_and_update(
        {"_id": draft_id, "version": version},
        {"$set": fields, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )


def log(row: Document, tx: Transaction | None = None) -> None:
    """Append to the log. Raise DuplicateKeyError where it has a row for this client and seq."""
    draft_log().insert_one(row, session=tx.session if tx else None)


def logged(draft_id: ObjectId, client_id: str, seq: int) -> Document | None:
    return draft_log().find_one({"draft_id": draft_id, "client_id": client_id, "seq": seq})


def draft_times(assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> dict[ObjectId, datetime]:
    """When the drafts of these people were last saved."""
    wanted = {"assignment_id": assignment_id, "member_ids": {"$in": list(user_ids)}}
    found = drafts().find(wanted, {"member_ids": 1, "saved_at": 1}).sort("saved_at", ASCENDING)
    return {member: row["saved_at"] for row in found for member in row["member_ids"]}


def drafts_with_file(file_id: ObjectId) -> list[Document]:
    """Whose drafts name the file."""
    fields = {"assignment_id": 1, "holder_id": 1}
    return list(drafts().find({"answers.file_ids.value": file_id}, fields).limit(100))


def add(tx: Transaction, submission: Document) -> None:
    """Raise DuplicateKeyError where the holder has one of this number."""
    submissions().insert_one(submission, session=tx.session)


def replace(tx: Transaction, submission: Mapping[str, Any]) -> None:
    """The holder's submissions before this one wait for nothing any more."""
    theirs = {name: submission[name] for name in ("assignment_id", "holder_id")}
    before = {**theirs, "attempt": {"$lt": submission["attempt"]}}
    submissions().update_many(before, {"$set": {"waits_for": []}}, session=tx.session)


def wait_no_more(tx: Transaction, assignment_id: ObjectId, until: Mapping[ObjectId, datetime]) -> None:
    """What each of these people had handed in by then waits for their grade no longer."""
    updates = [
        UpdateMany(
            {
                "assignment_id": assignment_id,
                "member_ids": user_id,
                "waits_for": user_id,
                "submitted_at": {"$lte": moment},
            },
            {"$pull": {"waits_for": user_id}},
        )
        for user_id, moment in until.items()
    ]
    if updates:
        submissions().bulk_write(updates, ordered=False, session=tx.session)


def waiting(branches: Sequence[Document], after: tuple[datetime, ObjectId] | None, limit: int) -> list[Document]:
    """Those that wait for a grade and meet one of ``branches``, the longest waiting first."""
    place: Document = {}
    if after:
        since, last = after
        place = {"submitted_at": {"$gte": since}, "$or": [{"submitted_at": {"$gt": since}}, {"_id": {"$gt": last}}]}
    wanted = [{**branch, **_WAITING, **place} for branch in branches]
    found = submissions().find(wanted[0] if len(wanted) == 1 else {"$or": wanted}, _SUMMARY)
    return list(found.sort([("submitted_at", ASCENDING), ("_id", ASCENDING)]).limit(limit))


def latest(assignment_id: ObjectId, holder_id: ObjectId) -> Document | None:
    theirs = {"assignment_id": assignment_id, "holder_id": holder_id}
    return submissions().find_one(theirs, sort=[("attempt", DESCENDING)])


def latest_of(assignment_id: ObjectId, holder_ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
    """The last submission of each holder that has one."""
    theirs = {"assignment_id": assignment_id, "holder_id": {"$in": list(holder_ids)}}
    found = submissions().find(theirs).sort([("holder_id", ASCENDING), ("attempt", ASCENDING)])
    return {row["holder_id"]: row for row in found}


def latest_of_all(tx: Transaction, assignment_id: ObjectId) -> dict[ObjectId, Document]:
    """Of each holder the last submission: its ``member_ids``, its ``group_id`` and its ``rubric``."""
    fields = "holder_id attempt member_ids group_id rubric".split()
    found = submissions().find({"assignment_id": assignment_id}, fields, session=tx.session)
    return {row["holder_id"]: row for row in found.sort([("holder_id", ASCENDING), ("attempt", ASCENDING)])}


def latest_by_member(assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
    """Of each of these people who have handed in, alone or with others, the last submission, without its texts."""
    theirs = list(user_ids)
    found = submissions().aggregate(
        [
            {"$match": {"assignment_id": assignment_id, "member_ids": {"$in": theirs}}},
            {"$project": _SUMMARY},
            {"$sort": {"submitted_at": ASCENDING, "attempt": ASCENDING}},
            {"$set": {"member": "$member_ids"}},
            {"$unwind": "$member"},
            {"$match": {"member": {"$in": theirs}}},
            {"$group": {"_id": "$member", "last": {"$last": "$$ROOT"}}},
        ],
        batchSize=1_000,
    )
    return {row["_id"]: row["last"] for row in found}


def lateness_by_member(assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> dict[ObjectId, int]:
    """Of each of these people who have handed in, alone or with others, ``late_seconds`` of the last submission."""
    theirs = list(user_ids)
    found = submissions().aggregate(
        [
            {"$match": {"assignment_id": assignment_id, "member_ids": {"$in": theirs}}},
            {"$project": {"member_ids": 1, "late_seconds": 1, "submitted_at": 1, "attempt": 1}},
            {"$sort": {"submitted_at": ASCENDING, "attempt": ASCENDING}},
            {"$unwind": "$member_ids"},
            {"$match": {"member_ids": {"$in": theirs}}},
            {"$group": {"_id": "$member_ids", "late_seconds": {"$last": "$late_seconds"}}},
        ],
        batchSize=10_000,
    )
    return {row["_id"]: row["late_seconds"] for row in found}


def moments(submission_ids: Collection[ObjectId]) -> dict[ObjectId, datetime]:
    wanted = {"_id": {"$in": list(submission_ids)}}
    return {row["_id"]: row["submitted_at"] for row in submissions().find(wanted, {"submitted_at": 1})}


def waiting_in(assignment_id: ObjectId, user_ids: Collection[ObjectId]) -> tuple[int, datetime | None]:
    """How many of the assignment's submissions wait for a grade of one of these people, and since when the one does
    that has waited longest."""
    waiting = {"assignment_id": assignment_id, "waits_for": {"$in": list(user_ids)}}
    summed = {"_id": None, "count": {"$sum": 1}, "oldest": {"$min": "$submitted_at"}}
    for found in submissions().aggregate([{"$match": waiting}, {"$group": summed}]):
        return found["count"], found["oldest"]
    return 0, None


def held(tx: Transaction, assignment_id: ObjectId, member_id: ObjectId, wanted: Document) -> Document | None:
    """The person's last submission of those ``wanted``, without its texts: a change of its dates at the same time
    conflicts with this."""
    return submissions().find_one_and_update(
        {"assignment_id": assignment_id, "member_ids": member_id, **wanted},
        {"$inc": {"holds": 1}},
        projection=_SUMMARY,
        sort=[("submitted_at", DESCENDING), ("attempt", DESCENDING)],
        session=tx.session,
    )


def hold_all(tx: Transaction, assignment_id: ObjectId) -> None:
    """Who grades one of the assignment's submissions at the same time conflicts with this."""
    submissions().update_many({"assignment_id": assignment_id}, {"$inc": {"holds": 1}}, session=tx.session)


def sizes(assignment_ids: Collection[ObjectId]) -> list[Document]:
    """Of each of the assignments' submissions: ``_id``, ``assignment_id``, ``holder_id``, ``file_ids``, and the
    ``size`` of text and code in bytes. Each holder's in the order in which they were handed in."""
    fields = dict.fromkeys(("assignment_id", "holder_id", "attempt", "file_ids"), 1)
    length = [{"$strLenBytes": {"$ifNull": [f"${name}", ""]}} for name in ("text", "code")]
    found = submissions().aggregate(
        [
            {"$match": {"assignment_id": {"$in": list(assignment_ids)}}},
            {"$project": {**fields, "size": {"$add": length}}},
            {"$sort": {"assignment_id": ASCENDING, "holder_id": ASCENDING, "attempt": ASCENDING}},
        ],
        batchSize=10_000,
    )
    return list(found)


def by_ids(submission_ids: Collection[ObjectId]) -> list[Document]:
    return list(submissions().find({"_id": {"$in": list(submission_ids)}}))


def page_of_own(
    assignment_id: ObjectId, user_id: ObjectId, holder_id: ObjectId, after: ObjectId | None, limit: int
) -> list[Document]:
    """What a person handed in, alone or with others, or their group did; in its order, without texts."""
    theirs = [{"assignment_id": assignment_id, name: _id} for name, _id in _own(user_id, holder_id)]
    place = {"_id": {"$gt": after}} if after else {}
    found = submissions().find({"$or": [{**each, **place} for each in theirs]}, _SUMMARY)
    return list(found.sort("_id", ASCENDING).limit(limit))


def _own(user_id: ObjectId, holder_id: ObjectId) -> list[tuple[str, ObjectId]]:
    return [("member_ids", user_id), ("holder_id", holder_id)]


def dates_of(tx: Transaction, **wanted: ObjectId) -> list[Document]:
    """When the submissions with these fields came and were due."""
    return list(submissions().find(wanted, _DATES, session=tx.session))


_DATES = "assignment_id course_id member_ids submitted_at due_at".split()


def redate(tx: Transaction, changes: Mapping[ObjectId, Mapping[str, Any]]) -> None:
    """Set these fields of each, which this transaction has read."""
    updates = [UpdateOne({"_id": _id}, {"$set": fields, "$inc": {"version": 1}}) for _id, fields in changes.items()]
    if updates:
        submissions().bulk_write(updates, ordered=False, session=tx.session)


def with_file(file_id: ObjectId, tx: Transaction | None = None) -> list[Document]:
    """The submissions that the file is part of, without their texts."""
    found = submissions().find({"file_ids": file_id}, _SUMMARY, session=tx.session if tx else None)
    return list(found.limit(100))
