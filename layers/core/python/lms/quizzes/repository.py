"""Quizzes, the question bank and every version of its questions, in MongoDB."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument, UpdateOne

from lms import mongo
from lms.mongo import Document, Transaction

_HAS_A_LESSON = {"lesson_id": {"$type": "objectId"}, "deleted_at": None}

_FOLLOWS = {"source.follows": {"$gt": ""}}
_CHANGED = {"source.changed": True}
_UNREVIEWED = {"origin": "ai", "reviewed": None}

quizzes = mongo.collection(
    "quizzes",
    indexes=[
        IndexModel([("course_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("course_id", ASCENDING), ("items.pool", ASCENDING)]),
        IndexModel([("lesson_id", ASCENDING)], unique=True, partialFilterExpression=_HAS_A_LESSON),
    ],
)
questions = mongo.collection(
    "questions",
    indexes=[
        IndexModel([("course_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("course_id", ASCENDING), ("pool", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("course_id", ASCENDING), ("content.kind", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("course_id", ASCENDING), ("skills", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("used_in", ASCENDING)]),
        IndexModel([("source.follows", ASCENDING), ("lesson_id", ASCENDING)], partialFilterExpression=_FOLLOWS),
        IndexModel([("course_id", ASCENDING), ("lesson_id", ASCENDING)], partialFilterExpression=_CHANGED),
    ],
)
question_versions = mongo.collection(
    "question_versions",
    indexes=[IndexModel([("question_id", ASCENDING), ("version", ASCENDING)], unique=True)],
)

_MOST_IN_AN_INSERT = 1_000


def add_quizzes(tx: Transaction, rows: Sequence[Document]) -> None:
    if rows:
        quizzes().insert_many(rows, ordered=False, session=tx.session)


def add_questions(tx: Transaction, rows: Sequence[Document]) -> None:
    """The questions, and of each the version that it begins with."""
    for start in range(0, len(rows), _MOST_IN_AN_INSERT):
        batch = rows[start : start + _MOST_IN_AN_INSERT]
        questions().insert_many(batch, ordered=False, session=tx.session)
        question_versions().insert_many([_version(row) for row in batch], ordered=False, session=tx.session)


def _version(question: Mapping[str, Any]) -> Document:
    """What never changes again: not where the question is used, nor whether it is deleted."""
    kept = {name: value for name, value in question.items() if name not in ("_id", "used_in", "deleted_at")}
    return {"_id": ObjectId(), "question_id": question["_id"], **kept}


def evidence_about(course_id: ObjectId, lesson_id: ObjectId) -> list[str]:
    """The sentences of the lesson that the course's questions rest on."""
    wanted = {"course_id": course_id, "lesson_id": lesson_id, "evidence": {"$ne": ""}, "deleted_at": None}
    return [row["evidence"] for row in questions().find(wanted, {"evidence": 1})]


def quiz(tx: Transaction, quiz_id: ObjectId) -> Document | None:
    return quizzes().find_one({"_id": quiz_id, "deleted_at": None}, session=tx.session)


def ids_of_course(tx: Transaction, course_id: ObjectId) -> list[ObjectId]:
    """Of its quizzes and questions."""
    wanted = {"course_id": course_id, "deleted_at": None}
    return [
        row["_id"]
        for collection in (quizzes, questions)
        for row in collection().find(wanted, {"_id": 1}, session=tx.session)
    ]


def quizzes_to_copy(tx: Transaction, course_id: ObjectId) -> Iterable[Document]:
    return quizzes().find({"course_id": course_id, "deleted_at": None}, session=tx.session)


def questions_to_copy(tx: Transaction, course_id: ObjectId) -> Iterable[Document]:
    return questions().find({"course_id": course_id, "deleted_at": None}, session=tx.session)


def quizzes_of(
    tx: Transaction, course_id: ObjectId, quiz_ids: Sequence[ObjectId], fields: Mapping[str, Any]
) -> list[Document]:
    """Those of the quizzes that the course has."""
    wanted = {"_id": {"$in": quiz_ids}, "course_id": course_id, "deleted_at": None}
    return list(quizzes().find(wanted, fields, session=tx.session))


def quizzes_drawing_from(tx: Transaction, course_id: ObjectId, pool: str) -> list[Document]:
    wanted = {"course_id": course_id, "items.pool": pool, "deleted_at": None}
    return list(quizzes().find(wanted, {"title": 1, "items": 1}, session=tx.session))


def published_in(course_ids: Sequence[ObjectId], theirs: Sequence[ObjectId]) -> list[Document]:
    """Titles and dates of the courses' quizzes, with the overrides for ``theirs`` (cohorts and the user)."""
    fields = "course_id lesson_id title opens_at due_at closes_at time_limit_minutes attempts late_policy".split()
    found = quizzes().aggregate(
        [
            {"$match": {"course_id": {"$in": course_ids}, "published": True, "deleted_at": None}},
            {"$project": {**dict.fromkeys(fields, 1), "overrides": _overrides_for(theirs)}},
        ],
        batchSize=1_000,
    )
    return list(found)


def published(course_id: ObjectId) -> list[Document]:
    """Titles and policies of the course's published quizzes, in the order in which they were made."""
    wanted = {"course_id": course_id, "published": True, "deleted_at": None}
    return list(quizzes().find(wanted, ["title", *POLICIES]).sort("_id", ASCENDING))


def _overrides_for(theirs: Sequence[ObjectId]) -> Document:
    for_them = {"$or": [{"$in": [f"$$this.{name}", theirs]} for name in ("cohort_id", "user_id")]}
    return {"$filter": {"input": "$overrides", "cond": for_them}}


def page_of_quizzes(
    course_id: ObjectId, wanted: Mapping[str, Any], theirs: Sequence[ObjectId], after: ObjectId | None, limit: int
) -> list[Document]:
    """In the order in which they were made, without items, and with the overrides for ``theirs`` (cohort, user)."""
    match = {"course_id": course_id, "deleted_at": None, **wanted, **({"_id": {"$gt": after}} if after else {})}
    pipeline: list[Document] = [
        {"$match": match},
        {"$sort": {"_id": ASCENDING}},
        {"$limit": limit},
        {"$set": {"overrides": _overrides_for(theirs)}},
        {"$unset": "items"},
    ]
    return list(quizzes().aggregate(pipeline))


def change_quiz(
    tx: Transaction, quiz_id: ObjectId, version: int, fields: Mapping[str, Any], now: datetime
) -> Document | None:
    """The quiz as changed; None where it is no longer at ``version``."""
    return quizzes().find_one_and_update(
        {"_id": quiz_id, "version": version, "deleted_at": None},
        {"$set": {**fields, "updated_at": now}, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )


def delete_quiz(tx: Transaction, quiz_id: ObjectId, now: datetime) -> None:
    quizzes().update_one({"_id": quiz_id}, {"$set": {"deleted_at": now}}, session=tx.session)


def restore_quiz(tx: Transaction, quiz_id: ObjectId) -> list[Document]:
    """Its items."""
    found = quizzes().find_one_and_update({"_id": quiz_id}, {"$set": {"deleted_at": None}}, session=tx.session)
    items: list[Document] = found["items"] if found else []
    return items


def take_questions(
    tx: Transaction, course_id: ObjectId, quiz_id: ObjectId, question_ids: Sequence[ObjectId]
) -> int:
    """Note on each question of the course that the quiz asks it; return how many there are.

    That is a write, so that a question that is deleted at the same time conflicts.
    """
    wanted = {"_id": {"$in": question_ids}, "course_id": course_id, "deleted_at": None}
    change = {"$addToSet": {"used_in": quiz_id}}
    return questions().update_many(wanted, change, session=tx.session).matched_count


def release_questions(tx: Transaction, quiz_id: ObjectId, keep: Sequence[ObjectId] = ()) -> None:
    """Note on all questions but those to ``keep`` that the quiz does not ask them."""
    asked: Document = {"used_in": quiz_id}
    if keep:
        asked["_id"] = {"$nin": keep}
    questions().update_many(asked, {"$pull": {"used_in": quiz_id}}, session=tx.session)


def bring_back_questions(tx: Transaction, quiz_id: ObjectId, question_ids: Sequence[ObjectId]) -> None:
    change = {"$set": {"deleted_at": None}, "$addToSet": {"used_in": quiz_id}}
    questions().update_many({"_id": {"$in": question_ids}}, change, session=tx.session)


def sizes(tx: Transaction, course_id: ObjectId, question_ids: Sequence[ObjectId]) -> list[Document]:
    """Of each of the questions that the course has: its ``size`` and its ``pool``."""
    wanted = {"_id": {"$in": question_ids}, "course_id": course_id, "deleted_at": None}
    return list(questions().find(wanted, {"size": 1, "pool": 1}, session=tx.session))


def pools(tx: Transaction, course_id: ObjectId, names: Sequence[str]) -> dict[str, Document]:
    """The ``count`` of questions in each of the pools, and the ``size`` of the largest."""
    found = questions().aggregate(
        [
            {"$match": {"course_id": course_id, "pool": {"$in": names}, "deleted_at": None}},
            {"$group": {"_id": "$pool", "count": {"$sum": 1}, "size": {"$max": "$size"}}},
        ],
        session=tx.session,
    )
    return {row["_id"]: row for row in found}


def question(tx: Transaction, question_id: ObjectId) -> Document | None:
    return questions().find_one({"_id": question_id, "deleted_at": None}, session=tx.session)


def page_of_questions(
    course_id: ObjectId, wanted: Mapping[str, Any], after: ObjectId | None, limit: int
) -> list[Document]:
    """In the order in which they were made."""
    match = {"course_id": course_id, "deleted_at": None, **wanted, **({"_id": {"$gt": after}} if after else {})}
    return list(questions().find(match).sort("_id", ASCENDING).limit(limit))


def all_questions(course_id: ObjectId, pool: str | None, fields: Sequence[str], limit: int) -> list[Document]:
    """Of the course, or of one pool of it, in the order in which they were made."""
    match = {"course_id": course_id, "deleted_at": None, **({"pool": pool} if pool is not None else {})}
    return list(questions().find(match, fields).sort("_id", ASCENDING).limit(limit))


def change_question(
    tx: Transaction, question_id: ObjectId, version: int, fields: Mapping[str, Any], now: datetime
) -> Document | None:
    """The question as changed, that version kept; None where it is no longer at ``version``."""
    changed = questions().find_one_and_update(
        {"_id": question_id, "version": version, "deleted_at": None},
        {"$set": {**fields, "updated_at": now}, "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    if changed:
        question_versions().insert_one(_version(changed), session=tx.session)
    return changed


def question_even_deleted(tx: Transaction, question_id: ObjectId) -> Document:
    found = questions().find_one({"_id": question_id}, session=tx.session)
    assert found is not None, "questions are hidden, never removed"
    return found


def questions_following(source_id: str, limit: int) -> list[ObjectId]:
    """Questions that cite the source and are to be told when it changes."""
    return [row["_id"] for row in questions().find({"source.follows": source_id}, {"_id": 1}).limit(limit)]


def questions_of_lesson_following(tx: Transaction, lesson_id: ObjectId, source_id: str) -> list[Document]:
    wanted = {"source.follows": source_id, "lesson_id": lesson_id}
    return list(questions().find(wanted, session=tx.session))


def keep_reviewed(tx: Transaction, rows: Sequence[Document], now: datetime) -> None:
    """The questions' next versions, which differ in ``source`` and ``reviewed`` alone, those versions kept."""
    if not rows:
        return
    renewed = [{**row, "version": row["version"] + 1, "updated_at": now} for row in rows]
    names = ("source", "reviewed", "version", "updated_at")
    questions().bulk_write(
        [UpdateOne({"_id": row["_id"]}, {"$set": {name: row.get(name) for name in names}}) for row in renewed],
        session=tx.session,
    )
    question_versions().insert_many([_version(row) for row in renewed], session=tx.session)


def to_review(tx: Transaction, course_id: ObjectId, **of: Any) -> list[Document]:
    """The course's questions that an AI wrote and nobody has looked at, or whose source has changed since."""
    wanted = {"course_id": course_id, **of, "deleted_at": None}
    found = questions().find({"$or": [{**wanted, **_UNREVIEWED}, {**wanted, **_CHANGED}]}, session=tx.session)
    return list(found)


def delete_question(tx: Transaction, question_id: ObjectId, now: datetime) -> bool:
    """False where a quiz asks it."""
    deletion = {"$set": {"deleted_at": now}}
    unused: Document = {"_id": question_id, "deleted_at": None, "used_in": []}
    return questions().update_one(unused, deletion, session=tx.session).matched_count == 1


def versions(pins: Sequence[tuple[ObjectId, int]]) -> list[Document]:
    """What questions said at a version."""
    wanted = [{"question_id": question_id, "version": version} for question_id, version in pins]
    return list(question_versions().find({"$or": wanted}))


def questions_by_id(question_ids: Sequence[ObjectId]) -> list[Document]:
    return list(questions().find({"_id": {"$in": question_ids}}))


def ids_in_pools(course_id: ObjectId, names: Sequence[str]) -> dict[str, list[ObjectId]]:
    found = questions().find({"course_id": course_id, "pool": {"$in": names}, "deleted_at": None}, {"pool": 1})
    ids: dict[str, list[ObjectId]] = {name: [] for name in names}
    for row in found:
        ids[row["pool"]].append(row["_id"])
    return ids


POLICIES = (
    "score_policy",
    "late_policy",
    "passing_percent",
    "feedback_release",
    "ai_grading",
    "blind",
    "released_at",
)


def policies(quiz_id: ObjectId, tx: Transaction | None = None) -> Document:
    found = quizzes().find_one({"_id": quiz_id}, POLICIES, session=tx.session if tx else None)
    assert found is not None, "quizzes are hidden, never removed"
    return found


def titles(quiz_ids: Collection[ObjectId]) -> list[Document]:
    """Deleted ones too."""
    return list(quizzes().find({"_id": {"$in": list(quiz_ids)}}, ["title", "blind", "released_at", "deleted_at"]))


def dated(tx: Transaction, quiz_ids: Sequence[ObjectId], fields: Sequence[str]) -> list[Document]:
    return list(quizzes().find({"_id": {"$in": quiz_ids}}, fields, session=tx.session))
