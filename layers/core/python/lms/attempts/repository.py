"""Attempts, the log of their answers, and each learner's result of a quiz, in MongoDB."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne

from lms import mongo
from lms.mongo import Document, Transaction

_OPEN = {"status": "open"}
_UNCOUNTED = {"uncounted": True}
_TO_REVIEW = {"status": "submitted"}

attempts = mongo.collection(
    "attempts",
    indexes=[
        IndexModel(
            [("quiz_id", ASCENDING), ("user_id", ASCENDING)],
            name="one_open",
            unique=True,
            partialFilterExpression=_OPEN,
        ),
        IndexModel([("quiz_id", ASCENDING), ("user_id", ASCENDING), ("number", ASCENDING)], unique=True),
        IndexModel([("quiz_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("items.question_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("user_id", ASCENDING), ("course_id", ASCENDING)]),
        IndexModel([("ends_at", ASCENDING)], partialFilterExpression=_OPEN),
        IndexModel(
            [("course_id", ASCENDING), ("submitted_at", ASCENDING), ("_id", ASCENDING)],
            partialFilterExpression=_TO_REVIEW,
        ),
    ],
)
answer_log = mongo.collection(
    "answers",
    indexes=[
        IndexModel([("attempt_id", ASCENDING), ("client_id", ASCENDING), ("seq", ASCENDING)], unique=True),
        IndexModel([("attempt_id", ASCENDING), ("arrival", ASCENDING), ("_id", ASCENDING)]),
    ],
)
results = mongo.collection(
    "quiz_results",
    indexes=[
        IndexModel([("quiz_id", ASCENDING), ("user_id", ASCENDING)], unique=True),
        IndexModel([("user_id", ASCENDING), ("course_id", ASCENDING)]),
        IndexModel([("quiz_id", ASCENDING)], name="uncounted", partialFilterExpression=_UNCOUNTED),
    ],
)
regrades = mongo.collection(
    "regrades",
    indexes=[IndexModel([("question_id", ASCENDING), ("number", ASCENDING)], unique=True)],
)
item_statistics = mongo.collection(
    "item_statistics",
    indexes=[
        IndexModel([("quiz_id", ASCENDING), ("kind", ASCENDING), ("key", ASCENDING)], unique=True),
        IndexModel([("quiz_id", ASCENDING), ("kind", ASCENDING), ("n", DESCENDING)]),
    ],
)

_SUMMARY: Mapping[str, Any] = {"answers": 0, "said": 0, "items": 0, "results": 0}


def add(tx: Transaction, attempt: Document) -> None:
    """Raise DuplicateKeyError where the learner has an open one, or one of this number."""
    attempts().insert_one(attempt, session=tx.session)


def attempt(attempt_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    return attempts().find_one({"_id": attempt_id}, session=tx.session if tx else None)


def numbers_and_open(quiz_id: ObjectId, user_id: ObjectId) -> tuple[list[int], Document | None]:
    """The numbers of the learner's attempts, and the one that is open."""
    found = attempts().aggregate(
        [
            {"$match": {"quiz_id": quiz_id, "user_id": user_id}},
            {
                "$facet": {
                    "numbers": [{"$project": {"_id": 0, "number": 1}}],
                    "open": [{"$match": _OPEN}],
                }
            },
        ]
    )
    row = next(iter(found))
    return [each["number"] for each in row["numbers"]], next(iter(row["open"]), None)


def page_of_attempts(
    quiz_id: ObjectId, wanted: Mapping[str, Any], after: ObjectId | None, limit: int
) -> list[Document]:
    """In the order in which they began, without what was asked and answered."""
    place = {"_id": {"$gt": after}} if after else {}
    found = attempts().find({"quiz_id": quiz_id, **wanted, **place}, _SUMMARY)
    return list(found.sort("_id", ASCENDING).limit(limit))


def at_a_glance(
    user_id: ObjectId, learning: Sequence[ObjectId], teaching: Sequence[ObjectId]
) -> tuple[list[Document], list[Document]]:
    """The person's own attempts in the courses where they learn, and for each quiz of those where they teach the
    ``count`` of attempts that wait for a grader, ``since`` when."""
    to_review = [
        {"$match": {"course_id": {"$in": teaching}, **_TO_REVIEW}},
        {"$group": {"_id": "$quiz_id", "count": {"$sum": 1}, "since": {"$min": "$submitted_at"}}},
    ]
    found = attempts().aggregate(
        [
            {"$match": {"user_id": user_id, "course_id": {"$in": learning}}},
            {"$project": {"quiz_id": 1, "status": 1, "started_at": 1, "deadline_at": 1}},
            {"$unionWith": {"coll": attempts.name, "pipeline": to_review}},
        ],
        batchSize=1_000,
    )
    rows = list(found)
    return [row for row in rows if "status" in row], [row for row in rows if "count" in row]


def waiting(branches: Sequence[Document], after: tuple[datetime, ObjectId] | None, limit: int) -> list[Document]:
    """Those that wait for a grader and meet one of ``branches``, the longest waiting first."""
    place: Document = {}
    if after:
        since, last = after
        place = {"submitted_at": {"$gte": since}, "$or": [{"submitted_at": {"$gt": since}}, {"_id": {"$gt": last}}]}
    wanted = [{**branch, **_TO_REVIEW, **place} for branch in branches]
    found = attempts().find(
        wanted[0] if len(wanted) == 1 else {"$or": wanted}, ["course_id", "quiz_id", "user_id", "submitted_at"]
    )
    return list(found.sort([("submitted_at", ASCENDING), ("_id", ASCENDING)]).limit(limit))


def attempts_of(course_id: ObjectId, user_id: ObjectId) -> list[Document]:
    """A learner's in a course, in the order in which they began, without what was asked and answered."""
    return list(attempts().find({"user_id": user_id, "course_id": course_id}, _SUMMARY).sort("_id", ASCENDING))


def has_running(course_id: ObjectId, user_id: ObjectId, now: datetime) -> bool:
    """Whether the learner has an open attempt in the course whose time is not up."""
    in_time = {"$or": [{"ends_at": None}, {"ends_at": {"$gt": now}}]}
    theirs = {"user_id": user_id, "course_id": course_id, **_OPEN, **in_time}
    return attempts().find_one(theirs, {"_id": 1}) is not None


def learners_with_results(tx: Transaction, quiz_id: ObjectId) -> list[ObjectId]:
    """Those of whom an attempt is wholly graded."""
    found: list[ObjectId] = results().distinct(
        "user_id", {"quiz_id": quiz_id, "percent": {"$ne": None}}, session=tx.session
    )
    return found


def results_by_quiz(quiz_ids: Sequence[ObjectId], user_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """For each quiz the learners' ``count`` of results, their ``mean`` percent, and how many ``passed``; of those
    quizzes in which one of these learners has a result."""
    found = results().aggregate(
        [
            {"$match": {"quiz_id": {"$in": quiz_ids}, "user_id": {"$in": user_ids}, "percent": {"$ne": None}}},
            {
                "$group": {
                    "_id": "$quiz_id",
                    "count": {"$sum": 1},
                    "mean": {"$avg": "$percent"},
                    "passed": {"$sum": {"$cond": [{"$eq": ["$passed", True]}, 1, 0]}},
                }
            },
        ]
    )
    return {row["_id"]: row for row in found}


def handed_in(quiz_ids: Sequence[ObjectId], user_ids: Sequence[ObjectId]) -> Document:
    """How many attempts of these learners are handed in (``count``), were ``late``, and wait for a grader
    (``waiting``)."""
    found = attempts().aggregate(
        [
            {
                "$match": {
                    "quiz_id": {"$in": quiz_ids},
                    "user_id": {"$in": user_ids},
                    "status": {"$in": ["submitted", "graded"]},
                }
            },
            {
                "$group": {
                    "_id": None,
                    "count": {"$sum": 1},
                    "late": {"$sum": {"$cond": [{"$gt": ["$score.late_seconds", 0]}, 1, 0]}},
                    "waiting": {"$sum": {"$cond": [{"$eq": ["$status", "submitted"]}, 1, 0]}},
                }
            },
        ]
    )
    return next(iter(found), {"count": 0, "late": 0, "waiting": 0})


def has_open(tx: Transaction, quiz_id: ObjectId, user_id: ObjectId) -> bool:
    theirs = {"quiz_id": quiz_id, "user_id": user_id, **_OPEN}
    return attempts().find_one(theirs, {"_id": 1}, session=tx.session) is not None


def open_attempts(quiz_id: ObjectId) -> list[Document]:
    """The running attempts with what a grader follows live."""
    fields = ["user_id", "number", "started_at", "deadline_at", "saved_at", "answers", "items.id"]
    return list(attempts().find({"quiz_id": quiz_id, **_OPEN}, fields))


def dates_of(
    tx: Transaction,
    *,
    quiz_id: ObjectId | None = None,
    course_id: ObjectId | None = None,
    user_id: ObjectId | None = None,
) -> list[Document]:
    """When the attempts of a quiz, or of a learner in a course, began and end."""
    given = {"quiz_id": quiz_id, "course_id": course_id, "user_id": user_id}
    wanted = {name: value for name, value in given.items() if value is not None}
    return list(attempts().find(wanted, _DATES, session=tx.session))


_DATES = "quiz_id user_id status started_at extension_minutes deadline_at ends_at due_at closes_at version".split()


def overdue(now: datetime, limit: int) -> list[ObjectId]:
    """Open attempts whose time is up, the longest first."""
    found = attempts().find({**_OPEN, "ends_at": {"$lte": now}}, {"_id": 1})
    return [row["_id"] for row in found.sort("ends_at", ASCENDING).limit(limit)]


def save_answers(
    tx: Transaction,
    attempt_id: ObjectId,
    version: int,
    now: datetime,
    answers: Mapping[str, Any],
    said: Mapping[str, Any],
) -> Document | None:
    """The attempt with these answers in force; None where it is closed, its time is up, or another write came
    between."""
    in_time = {"$or": [{"ends_at": None}, {"ends_at": {"$gt": now}}]}
    return attempts().find_one_and_update(
        {"_id": attempt_id, "version": version, **_OPEN, **in_time},
        {"$set": {"answers": answers, "said": said, "saved_at": now}, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )


def log(row: Document, tx: Transaction | None = None) -> None:
    """Append to the log. Raise DuplicateKeyError where it has a row for this client and seq."""
    answer_log().insert_one(row, session=tx.session if tx else None)


def logged(attempt_id: ObjectId, client_id: str, seq: int) -> Document | None:
    return answer_log().find_one({"attempt_id": attempt_id, "client_id": client_id, "seq": seq})


def page_of_log(attempt_id: ObjectId, after: tuple[int, ObjectId] | None, limit: int) -> list[Document]:
    """In the order of arrival."""
    wanted: Document = {"attempt_id": attempt_id}
    if after:
        arrival, _id = after
        wanted["arrival"] = {"$gte": arrival}
        wanted["$or"] = [{"arrival": {"$gt": arrival}}, {"_id": {"$gt": _id}}]
    return list(answer_log().find(wanted).sort([("arrival", ASCENDING), ("_id", ASCENDING)]).limit(limit))


def change(tx: Transaction, attempt_id: ObjectId, version: int, fields: Mapping[str, Any]) -> Document | None:
    """The attempt as changed; None where another write came between."""
    return attempts().find_one_and_update(
        {"_id": attempt_id, "version": version},
        {"$set": fields, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )


def save_results(tx: Transaction, rows: Iterable[Mapping[str, Any]]) -> None:
    """One per quiz and learner, replaced as a whole. The item analysis does not have them yet."""
    changes = [
        UpdateOne(
            {name: row[name] for name in ("quiz_id", "user_id")},
            {"$set": {**row, **_UNCOUNTED}, "$inc": {"version": 1}},
            upsert=True,
        )
        for row in rows
    ]
    results().bulk_write(changes, ordered=False, session=tx.session)


def graded_scores(
    tx: Transaction, quiz_id: ObjectId, user_ids: Sequence[ObjectId]
) -> dict[ObjectId, list[Document]]:
    """By learner, of their graded attempts in their order: the ``score`` and what was ``possible``."""
    theirs = {"quiz_id": quiz_id, "user_id": {"$in": user_ids}, "status": "graded"}
    fields = {"user_id": 1, "number": 1, "score.score": 1, "score.possible": 1}
    scores: dict[ObjectId, list[Document]] = {user_id: [] for user_id in user_ids}
    for row in sorted(attempts().find(theirs, fields, session=tx.session), key=lambda row: row["number"]):
        scores[row["user_id"]].append(row["score"])
    return scores


_SCORED = (
    "quiz_id course_id user_id number status submitted_at due_at score version items.id items.question_id"
    " items.version items.points results.item_id results.fraction results.chosen results.graded_by"
    " results.dropped results.key_version"
).split()


def asking(tx: Transaction, question_id: ObjectId, since: ObjectId | None) -> Iterable[Document]:
    """What is handed in and holds the question: all that scoring needs, of the answers this question's alone.

    ``since`` is an id: of the attempts that began then or later.
    """
    theirs = {"$filter": {"input": "$items", "cond": {"$eq": ["$$this.question_id", question_id]}}}
    ids = {"$map": {"input": theirs, "in": "$$this.id"}}
    given = {"$filter": {"input": {"$objectToArray": "$answers"}, "cond": {"$in": ["$$this.k", ids]}}}
    return attempts().aggregate(
        [
            {"$match": {**_asking(question_id, since), "status": {"$in": ["submitted", "graded"]}}},
            {"$sort": {"_id": ASCENDING}},
            {"$project": {**dict.fromkeys(_SCORED, 1), "answers": {"$arrayToObject": given}}},
        ],
        session=tx.session,
        batchSize=1_000,
    )


def _asking(question_id: ObjectId, since: ObjectId | None) -> Document:
    return {"items.question_id": question_id, **({"_id": {"$gte": since}} if since else {})}


def touch_open(tx: Transaction, question_id: ObjectId, since: ObjectId | None) -> None:
    """Make who hands in such an attempt at this moment look again: that write conflicts with this one."""
    asked = {**_asking(question_id, since), **_OPEN}
    attempts().update_many(asked, {"$inc": {"version": 1}}, session=tx.session)


def change_each(tx: Transaction, changes: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """Write the update of each attempt, all of which this transaction has read."""
    updates = [UpdateOne({"_id": attempt["_id"]}, update) for attempt, update in changes]
    attempts().bulk_write(updates, ordered=False, session=tx.session)


def last_regrade(tx: Transaction, question_id: ObjectId) -> Document | None:
    return regrades().find_one({"question_id": question_id}, sort=[("number", DESCENDING)], session=tx.session)


def later_regrades(tx: Transaction, question_id: ObjectId, number: int) -> list[Document]:
    """The question's regrades behind the one of this number, in their order."""
    wanted = {"question_id": question_id, "number": {"$gt": number}}
    return list(regrades().find(wanted, sort=[("number", ASCENDING)], session=tx.session))


def add_regrade(tx: Transaction, regrade: Document) -> None:
    """Two at once conflict: of one question they have an order."""
    regrades().insert_one(regrade, session=tx.session)


def regrades_of(question_ids: Sequence[ObjectId]) -> list[Document]:
    """Those of each question in their order."""
    found = regrades().find({"question_id": {"$in": question_ids}})
    return sorted(found, key=lambda row: row["number"])


def is_uncounted(quiz_id: ObjectId) -> bool:
    return results().find_one({"quiz_id": quiz_id, **_UNCOUNTED}, {"_id": 1}) is not None


def uncounted(tx: Transaction, quiz_id: ObjectId, limit: int) -> list[Document]:
    """Results that the item analysis does not have yet, with what it has of each learner: ``counted``."""
    wanted = {"quiz_id": quiz_id, **_UNCOUNTED}
    found = results().find(wanted, {"user_id": 1, "counted": 1}, session=tx.session)
    return list(found.limit(limit).batch_size(limit))


def first_graded(tx: Transaction, quiz_id: ObjectId, user_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """Of each learner the first of their graded attempts: its items and results."""
    theirs = {"quiz_id": quiz_id, "user_id": {"$in": user_ids}, "status": "graded"}
    fields = dict.fromkeys(["user_id", "number", *_COUNTED], 1)
    found = attempts().find(theirs, fields, session=tx.session, batch_size=2_000)
    first: dict[ObjectId, Document] = {}
    for row in found:
        if row["user_id"] not in first or row["number"] < first[row["user_id"]]["number"]:
            first[row["user_id"]] = row
    return first


_COUNTED = (
    "items.id items.question_id items.points results.item_id results.fraction results.chosen results.dropped"
).split()


def mark_counted(tx: Transaction, counted: Mapping[ObjectId, Any]) -> None:
    """By the result's id what the item analysis has of it now."""
    changes = [
        UpdateOne({"_id": _id}, {"$set": {"counted": scores}, "$unset": {"uncounted": ""}})
        for _id, scores in counted.items()
    ]
    if changes:
        results().bulk_write(changes, ordered=False, session=tx.session)


def add_to_statistics(
    tx: Transaction, quiz_id: ObjectId, steps: Mapping[tuple[str, str], Mapping[str, float]]
) -> None:
    """Increase the sums of each document, named by kind and key."""
    changes = [
        UpdateOne({"quiz_id": quiz_id, "kind": kind, "key": key}, {"$inc": dict(increments)}, upsert=True)
        for (kind, key), increments in steps.items()
    ]
    if changes:
        item_statistics().bulk_write(changes, ordered=False, session=tx.session)


def statistics_of(quiz_id: ObjectId) -> list[Document]:
    """The quiz's document and those of its items."""
    return list(item_statistics().find({"quiz_id": quiz_id, "kind": {"$in": ["item", "quiz"]}}, batch_size=10_000))


def largest_form(quiz_id: ObjectId) -> Document | None:
    return item_statistics().find_one({"quiz_id": quiz_id, "kind": "form"}, sort=[("n", DESCENDING)])
