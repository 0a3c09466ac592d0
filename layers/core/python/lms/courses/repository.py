"""Courses with their outlines, and lessons, in MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from lms import mongo
from lms.mongo import Document, Transaction

_NEWEST_FIRST = [("created_at", DESCENDING), ("_id", DESCENDING)]

courses = mongo.collection(
    "courses",
    indexes=[
        IndexModel([("status", ASCENDING), *_NEWEST_FIRST]),
        IndexModel([("status", ASCENDING), ("tags", ASCENDING), *_NEWEST_FIRST]),
        IndexModel([("status", ASCENDING), ("skills", ASCENDING), *_NEWEST_FIRST]),
        IndexModel([("owner_id", ASCENDING), *_NEWEST_FIRST]),
        IndexModel([("staff.user_id", ASCENDING), *_NEWEST_FIRST]),
    ],
)
lessons = mongo.collection("lessons")
lesson_versions = mongo.collection(
    "lesson_versions", indexes=[IndexModel([("lesson_id", ASCENDING), ("n", DESCENDING)], unique=True)]
)

MEMBERSHIP: Mapping[str, Any] = dict.fromkeys(
    "owner_id staff status version time_zone starts_at ends_at deleted_at".split(), 1
)
"""What settles a person's role, and when the course runs."""

OUTLINE: Mapping[str, Any] = {**MEMBERSHIP, "modules": 1}

SUMMARY: Mapping[str, Any] = {
    **MEMBERSHIP,
    **dict.fromkeys("title audience difficulty description tags skills language".split(), 1),
    **dict.fromkeys("generated published_at created_at updated_at".split(), 1),
    "module_count": {"$size": "$modules"},
    "lesson_count": {"$sum": {"$map": {"input": "$modules", "in": {"$size": "$$this.lessons"}}}},
}
"""A course without its outline, which is only counted."""


def add_course(tx: Transaction, course: Document) -> None:
    courses().insert_one(course, session=tx.session)


def entered(
    course_id: ObjectId, person_id: ObjectId, fields: Mapping[str, Any], *, progress: bool, deleted: bool = False
) -> Document | None:
    """A course with the person's ``enrollment`` in it and, where asked for, their ``progress``: lists of none or
    one."""
    found = courses().aggregate(
        [
            {"$match": {"_id": course_id, **({} if deleted else {"deleted_at": None})}},
            {"$project": fields},
            *_joined({"course_id": course_id, "user_id": person_id}, progress),
        ]
    )
    return next(iter(found), None)


def entered_through(
    collection: mongo.Declared,
    resource_id: ObjectId,
    person_id: ObjectId,
    fields: Mapping[str, Any],
    *,
    progress: bool,
) -> Document | None:
    """A resource that names its ``course_id``, with its ``course`` and as ``entered`` does."""
    found = collection().aggregate(
        [
            {"$match": {"_id": resource_id, "deleted_at": None}},
            {
                "$lookup": {
                    "from": courses.name,
                    "localField": "course_id",
                    "foreignField": "_id",
                    "pipeline": [{"$match": {"deleted_at": None}}, {"$project": fields}],
                    "as": "course",
                }
            },
            {"$unwind": "$course"},
            *_joined({"user_id": person_id}, progress, localField="course_id", foreignField="course_id"),
        ]
    )
    return next(iter(found), None)


def _joined(theirs: Mapping[str, Any], progress: bool, **joined_by: str) -> list[Document]:
    # Of other packages, and only read here: a person's role must not cost a round trip of its own.
    names = {"enrollments": "enrollment", **({"course_progress": "progress"} if progress else {})}
    return [
        {"$lookup": {"from": name, **joined_by, "pipeline": [{"$match": theirs}], "as": field}}
        for name, field in names.items()
    ]


def course(course_id: ObjectId, fields: Mapping[str, Any], tx: Transaction | None = None) -> Document | None:
    return courses().find_one({"_id": course_id, "deleted_at": None}, fields, session=tx.session if tx else None)


def visible_courses(
    person_id: ObjectId, wanted: Mapping[str, Any], after: tuple[datetime, ObjectId] | None, limit: int
) -> list[Document]:
    """Published courses and those with ``person_id`` on their staff, newest first, from behind ``after`` on.

    Each side of the ``$or`` repeats the conditions, so that each walks an index of its own in the order of the
    page, and MongoDB merges the two without sorting.
    """
    conditions: Document = {**wanted, "deleted_at": None}
    if after:
        moment, _id = after
        conditions["created_at"] = {"$lte": moment}
        conditions["$or"] = [{"created_at": {"$lt": moment}}, {"_id": {"$lt": _id}}]
    visible = [{"status": "published", **conditions}, {"staff.user_id": person_id, **conditions}]
    return list(courses().find({"$or": visible}, SUMMARY).sort(_NEWEST_FIRST).limit(limit))


def change_course(
    tx: Transaction, course_id: ObjectId, expected: int | None, fields: Mapping[str, Any], now: datetime
) -> Document | None:
    """The course as changed; None where it is gone or no longer at the ``expected`` version."""
    found: Document = {"_id": course_id, "deleted_at": None}
    if expected is not None:
        found["version"] = expected
    return courses().find_one_and_update(
        found,
        {"$set": {**fields, "updated_at": now}, "$inc": {"version": 1}},
        projection=SUMMARY,
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )


def bring_back_course(tx: Transaction, course_id: ObjectId, now: datetime) -> Document | None:
    """The course; None where it is not deleted."""
    return courses().find_one_and_update(
        {"_id": course_id, "deleted_at": {"$ne": None}},
        {"$set": {"deleted_at": None, "updated_at": now}, "$inc": {"version": 1}},
        projection=SUMMARY,
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )


def add_lesson(tx: Transaction, lesson: Document) -> None:
    lessons().insert_one(lesson, session=tx.session)


def lesson(course_id: ObjectId, lesson_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    return lessons().find_one(
        {"_id": lesson_id, "course_id": course_id, "deleted_at": None}, session=tx.session if tx else None
    )


def lesson_even_deleted(
    course_id: ObjectId, lesson_id: ObjectId, tx: Transaction | None = None, fields: Mapping[str, Any] | None = None
) -> Document | None:
    return lessons().find_one(
        {"_id": lesson_id, "course_id": course_id}, fields, session=tx.session if tx else None
    )


def lesson_with_quiz(course_id: ObjectId, lesson_id: ObjectId) -> Document | None:
    """The lesson, its ``quiz`` (a list of none or one) and that one's ``questions`` (in no order)."""
    found = lessons().aggregate(
        [
            {"$match": {"_id": lesson_id, "course_id": course_id, "deleted_at": None}},
            # The quiz's own package shows it, and only it writes there; read here, it costs no round trip.
            {"$lookup": {"from": "quizzes", "localField": "quiz_id", "foreignField": "_id", "as": "quiz"}},
            {
                "$lookup": {
                    "from": "questions",
                    "localField": "quiz.items.question_id",
                    "foreignField": "_id",
                    "as": "questions",
                }
            },
        ]
    )
    return next(iter(found), None)


def change_lesson(tx: Transaction, lesson_id: ObjectId, fields: Mapping[str, Any], now: datetime) -> None:
    lessons().update_one(
        {"_id": lesson_id},
        {"$set": {**fields, "updated_at": now}, "$inc": {"version": 1}},
        session=tx.session,
    )


def keep_version(tx: Transaction, version: Document) -> None:
    lesson_versions().insert_one(version, session=tx.session)


def version(tx: Transaction, lesson_id: ObjectId, n: int) -> Document | None:
    return lesson_versions().find_one({"lesson_id": lesson_id, "n": n}, session=tx.session)


def versions(lesson_id: ObjectId, before: int | None, fields: Mapping[str, Any], limit: int) -> list[Document]:
    """The versions that were kept, the newest first."""
    wanted: Document = {"lesson_id": lesson_id}
    if before is not None:
        wanted["n"] = {"$lt": before}
    return list(lesson_versions().find(wanted, fields).sort("n", DESCENDING).limit(limit))


def incomplete_lessons(tx: Transaction, lesson_ids: Sequence[ObjectId]) -> list[Document]:
    """Of the lessons that lack something: whether a block of an AI is ``unreviewed``, and the ids of the blocks
    ``without_alt`` and ``without_captions``."""
    unreviewed = {"$and": [{"$eq": ["$$this.origin", "ai"]}, {"$not": ["$$this.reviewed"]}]}
    without_alt = {
        "$or": [
            _kind("image", {"$not": ["$$this.alt"]}, {"$not": ["$$this.decorative"]}),
            _kind("markdown", {"$regexMatch": {"input": "$$this.html", "regex": _IMAGE_WITHOUT_ALT}}),
        ]
    }
    return list(
        lessons().aggregate(
            [
                {"$match": {"_id": {"$in": lesson_ids}}},
                {
                    "$project": {
                        "unreviewed": {"$ne": [_blocks(unreviewed), []]},
                        "without_alt": _blocks(without_alt),
                        "without_captions": _blocks(_kind("video", {"$not": ["$$this.captions"]})),
                    }
                },
                {
                    "$match": {
                        "$or": [
                            {"unreviewed": True},
                            {"without_alt.0": {"$exists": True}},
                            {"without_captions.0": {"$exists": True}},
                        ]
                    }
                },
            ],
            session=tx.session,
        )
    )


_IMAGE_WITHOUT_ALT = '<img(?![^>]* alt="[^"]+")'


def _kind(kind: str, *conditions: Mapping[str, Any]) -> Document:
    return {"$and": [{"$eq": ["$$this.kind", kind]}, *conditions]}


def _blocks(condition: Mapping[str, Any]) -> Document:
    """The ids of a lesson's blocks that meet the condition."""
    return {"$map": {"input": {"$filter": {"input": "$blocks", "cond": condition}}, "in": "$$this.id"}}


def count_questions(
    tx: Transaction, course_id: ObjectId, lesson_id: ObjectId, count: int, now: datetime
) -> None:
    """Say in the lesson's row of the outline how many questions its quiz asks."""
    courses().update_one(
        {"_id": course_id, "modules.lessons._id": lesson_id},
        {
            "$set": {"modules.$[].lessons.$[row].question_count": count, "updated_at": now},
            "$inc": {"version": 1},
        },
        array_filters=[{"row._id": lesson_id}],
        session=tx.session,
    )


def add_lessons(tx: Transaction, rows: Sequence[Document]) -> None:
    if rows:
        lessons().insert_many(rows, ordered=False, session=tx.session)
