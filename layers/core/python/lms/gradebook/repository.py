"""Gradebooks, what staff enter into them by hand, and final grades, in MongoDB.

What graders see of a page stands in a dozen collections, most of them of other packages and only read here: none of
them may cost a round trip of its own.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReplaceOne, ReturnDocument

from lms import mongo
from lms.mongo import Document, Transaction

gradebooks = mongo.collection("gradebooks")
"""One document per course, ``_id`` its id."""

gradebook_cells = mongo.collection(
    "gradebook_cells",
    indexes=[IndexModel([("course_id", ASCENDING), ("user_id", ASCENDING), ("column_id", ASCENDING)], unique=True)],
)
"""What is entered by hand; the ``column_id`` of a learner's grade of the course is None."""

gradebook_history = mongo.collection(
    "gradebook_history",
    indexes=[IndexModel([("course_id", ASCENDING), ("user_id", ASCENDING), ("_id", ASCENDING)])],
)
"""Append-only; the ``user_id`` of what concerns the whole course is None."""

final_grades = mongo.collection(
    "final_grades",
    indexes=[IndexModel([("freeze_id", ASCENDING), ("user_id", ASCENDING)], unique=True)],
)
"""Append-only: each freeze has its own."""

_ALL_AT_ONCE = 1_000_000
_HISTORY = 200
_DATES = "opens_at due_at closes_at attempts late_policy overrides".split()
_WORK = ["title", "blind", "released_at", "published", *_DATES]
_ASSIGNMENT = dict.fromkeys([*_WORK, "points", "group_set_id"], 1)
_QUIZ = dict.fromkeys([*_WORK, "time_limit_minutes", "feedback_release"], 1)
_ENROLLMENT = dict.fromkeys("user_id course_id cohort_id accommodations".split(), 1)
_CELL = dict.fromkeys("user_id column_id score excused why version".split(), 1)
_GRADE = dict.fromkeys(
    "assignment_id user_id raw penalty score excused late_seconds released_at version".split(), 1
)
_RESULT = {"quiz_id": 1, "user_id": 1, "share": 1}

Parts = dict[str, list[Document]]
"""What was read, by collection."""


def _read(pipelines: Mapping[str, list[Document]], tx: Transaction | None) -> Parts:
    """Each collection by its pipeline: in one round trip, or, since a transaction knows no unions, in one each."""
    if tx is not None:
        live = mongo.database()
        return {name: list(live[name].aggregate(stages, session=tx.session)) for name, stages in pipelines.items()}
    (first, stages), *others = ((name, [*each, {"$set": {"part": name}}]) for name, each in pipelines.items())
    unions: list[Document] = [{"$unionWith": {"coll": name, "pipeline": each}} for name, each in others]
    parts: Parts = {name: [] for name in pipelines}
    for row in mongo.database()[first].aggregate([*stages, *unions], batchSize=_ALL_AT_ONCE):
        parts[row.pop("part")].append(row)
    return parts


def opened(
    course_id: ObjectId,
    wanted: Mapping[str, Any] | None,
    after: ObjectId | None,
    limit: int,
    tx: Transaction | None,
) -> Parts:
    """A course's gradebook, assignments, quizzes and group sets, and the ``enrollments`` wanted, if any, in the
    order of their making, at most ``limit`` from behind ``after`` on."""
    works: list[Document] = [{"$match": {"course_id": course_id, "deleted_at": None}}, {"$sort": {"_id": 1}}]
    pipelines: dict[str, list[Document]] = {
        gradebooks.name: [{"$match": {"_id": course_id}}],
        "assignments": [*works, {"$project": _ASSIGNMENT}],
        "quizzes": [*works, {"$project": _QUIZ}],
        "group_sets": [{"$match": {"_id": course_id}}, {"$project": {"sets": 1}}],
    }
    if wanted is not None:
        place = {"_id": {"$gt": after}} if after else {}
        match = {"$match": {"course_id": course_id, **wanted, **place}}
        pipelines["enrollments"] = [match, {"$sort": {"_id": 1}}, {"$limit": limit}, {"$project": _ENROLLMENT}]
    return _read(pipelines, tx)


def entered(
    course_id: ObjectId,
    user_ids: Sequence[ObjectId],
    assignment_ids: Sequence[ObjectId],
    quiz_ids: Sequence[ObjectId],
    mate_ids: Collection[ObjectId],
    freeze_id: ObjectId | None,
    tx: Transaction | None,
) -> Parts:
    """What stands in these learners' cells: grades, results of quizzes, entries by hand, who has handed in what,
    final grades of a freeze. Beside that the learners' names and addresses, and the active enrollments of their
    mates."""
    theirs = {"$in": list(user_ids)}
    in_course = {"$match": {"course_id": course_id, "user_id": theirs}}
    work = {"assignment_id": {"$in": list(assignment_ids)}}
    mates = {"course_id": course_id, "user_id": {"$in": list(mate_ids)}, "status": "active"}
    pipelines: dict[str, list[Document]] = {
        gradebook_cells.name: [in_course, {"$project": _CELL}],
        "grades": [{"$match": {**work, "user_id": theirs}}, {"$project": _GRADE}],
        "quiz_results": [
            {"$match": {"quiz_id": {"$in": list(quiz_ids)}, "user_id": theirs}},
            {"$project": _RESULT},
        ],
        "submissions": [
            {"$match": {**work, "member_ids": theirs}},
            {"$project": {"assignment_id": 1, "member_ids": 1}},
            {"$unwind": "$member_ids"},
            {"$group": {"_id": "$assignment_id", "member_ids": {"$addToSet": "$member_ids"}}},
        ],
        final_grades.name: [
            {"$match": {"freeze_id": freeze_id, "user_id": theirs}},
            {"$project": {"derivation": 0, "bands": 0}},
        ],
        "users": [{"$match": {"_id": theirs}}, {"$project": {"name": 1, "email": 1}}],
        "enrollments": [{"$match": mates}, {"$project": _ENROLLMENT}],
    }
    return _read(pipelines, tx)


def hold(tx: Transaction, course_id: ObjectId) -> Document:
    """The gradebook as it stands; whoever changes anything of it at the same time conflicts with this."""
    held = gradebooks().find_one_and_update(
        {"_id": course_id},
        {"$inc": {"holds": 1}, "$setOnInsert": {"version": 0}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    assert held is not None, "an upsert leaves a document"
    return held


def change(tx: Transaction, course_id: ObjectId, fields: Mapping[str, Any], now: datetime) -> Document:
    """The gradebook as changed, which this transaction holds."""
    changed = gradebooks().find_one_and_update(
        {"_id": course_id},
        {"$set": {**fields, "updated_at": now}, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    assert changed is not None, "this transaction holds it"
    return changed


def cells(tx: Transaction, course_id: ObjectId, user_ids: Collection[ObjectId]) -> list[Document]:
    """All that is entered by hand for these learners."""
    wanted = {"course_id": course_id, "user_id": {"$in": list(user_ids)}}
    return list(gradebook_cells().find(wanted, session=tx.session))


def save_cells(tx: Transaction, rows: Sequence[Document]) -> None:
    """Put these in place of those that this transaction has read, while it holds the gradebook."""
    if rows:
        replacements = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]
        gradebook_cells().bulk_write(replacements, ordered=False, session=tx.session)


def add_final_grades(tx: Transaction, rows: Sequence[Document]) -> None:
    final_grades().insert_many(rows, session=tx.session)


def final_grade(freeze_id: ObjectId, user_id: ObjectId) -> Document | None:
    return final_grades().find_one({"freeze_id": freeze_id, "user_id": user_id})


def log(tx: Transaction, rows: Sequence[Document]) -> None:
    if rows:
        gradebook_history().insert_many(rows, session=tx.session)


def history(course_id: ObjectId, user_id: ObjectId | None) -> list[Document]:
    """The last changes of what concerns a learner, or the whole course; the first one first."""
    found = gradebook_history().find({"course_id": course_id, "user_id": user_id})
    return list(found.sort("_id", -1).limit(_HISTORY))[::-1]
