"""Courses with their outlines, and lessons, in MongoDB."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, TEXT, IndexModel, ReturnDocument

from lms import mongo
from lms.mongo import Document, Transaction

Order = tuple[str, int]
"""A field, and pymongo's ASCENDING or DESCENDING."""
Place = tuple[Any, ObjectId]
"""Where a course stands in an order: the field's value, and its id."""

CITING = ("blocks", "key_terms")
"""What of a lesson names its sources."""

_NEWEST_FIRST = [("created_at", DESCENDING), ("_id", DESCENDING)]
_BY_TITLE = [("title_key", ASCENDING), ("_id", ASCENDING)]

courses = mongo.collection(
    "courses",
    indexes=[
        IndexModel([("status", ASCENDING), *_NEWEST_FIRST]),
        IndexModel([("status", ASCENDING), ("tags", ASCENDING), *_NEWEST_FIRST]),
        IndexModel([("status", ASCENDING), ("skills", ASCENDING), *_NEWEST_FIRST]),
        IndexModel([("owner_id", ASCENDING), *_NEWEST_FIRST]),
        IndexModel([("family_id", ASCENDING)], sparse=True),
        IndexModel([("staff.user_id", ASCENDING), *_NEWEST_FIRST]),
        IndexModel([("staff.user_id", ASCENDING), ("_id", DESCENDING)]),
        IndexModel([("status", ASCENDING), *_BY_TITLE]),
        IndexModel([("staff.user_id", ASCENDING), *_BY_TITLE]),
        # No language's rules: courses come in many. The override names a field that no course has, as their
        # ``language`` may be one that MongoDB's text index refuses.
        IndexModel(
            [(field, TEXT) for field in ("title", "tags", "skills", "description")],
            name="text",
            weights={"title": 10, "tags": 5, "skills": 5, "description": 2},
            default_language="none",
            language_override="text_language",
        ),
    ],
)
lessons = mongo.collection(
    "lessons",
    indexes=[
        IndexModel([("blocks.file_id", ASCENDING)], partialFilterExpression={"blocks.file_id": {"$exists": True}}),
        *(IndexModel([(f"{name}.source.follows", ASCENDING)], sparse=True) for name in CITING),
        # As with courses: no language's rules. The override names a field that no block has, whose ``language`` is
        # that of its code.
        IndexModel(
            [("course_id", ASCENDING), ("title", TEXT), ("blocks.text", TEXT)],
            name="text",
            weights={"title": 5},
            default_language="none",
            language_override="text_language",
        ),
    ],
)
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
    courses().insert_one(_with_title_key(course), session=tx.session)


def _with_title_key(fields: Mapping[str, Any]) -> Document:
    """What titles are sorted by: an index without a collation knows no lower case."""
    return {**fields, "title_key": fields["title"].casefold()} if "title" in fields else {**fields}


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


def course(course_id: ObjectId, fields: Mapping[str, Any] | None, tx: Transaction | None = None) -> Document | None:
    return courses().find_one({"_id": course_id, "deleted_at": None}, fields, session=tx.session if tx else None)


def family(course_id: ObjectId) -> list[ObjectId]:
    """The course, and all, deleted ones too, that are copies of the same one, and that one."""
    own = courses().find_one({"_id": course_id}, {"family_id": 1}) or {}
    first = own.get("family_id") or course_id
    found = courses().find({"$or": [{"_id": first}, {"family_id": first}]}, {"_id": 1}).limit(_LARGEST_FAMILY)
    return [row["_id"] for row in found]


_LARGEST_FAMILY = 1_000


def visible_courses(
    person_id: ObjectId, wanted: Mapping[str, Any], order: Order, after: Place | None, limit: int
) -> list[Document]:
    """Published courses and those with ``person_id`` on their staff, in this order, from behind ``after`` on.

    Each side of the ``$or`` repeats the conditions, so that each walks an index of its own in the order of the
    page, and MongoDB merges the two without sorting.
    """
    conditions = {**wanted, "deleted_at": None, **_behind(order, after)}
    found = courses().find(_visible_to(person_id, conditions), {**SUMMARY, order[0]: 1})
    return list(found.sort(_sorted_by(order)).limit(limit))


def found_courses(
    person_id: ObjectId, wanted: Mapping[str, Any], search: str, order: Order, after: Place | None, limit: int
) -> list[Document]:
    """As ``visible_courses``, of those alone that the text index finds, each with its ``score``.

    The score depends on the course alone and not on others, so that it is a place in the list as any other.
    """
    match = {"$text": {"$search": search}, **_visible_to(person_id, {**wanted, "deleted_at": None})}
    fields = {**SUMMARY, order[0]: 1, "score": {"$meta": "textScore"}}
    pipeline: list[Document] = [
        {"$match": match},
        {"$project": fields},
        {"$match": _behind(order, after)},
        {"$sort": dict(_sorted_by(order))},
        {"$limit": limit},
    ]
    return list(courses().aggregate(pipeline))


def _visible_to(person_id: ObjectId, conditions: Mapping[str, Any]) -> Document:
    return {"$or": [{"status": "published", **conditions}, {"staff.user_id": person_id, **conditions}]}


def _behind(order: Order, after: Place | None) -> Document:
    """By ``$nor``, which no index serves: an ``$or`` may lead the planner to the ids' index, and then it sorts."""
    if after is None:
        return {}
    (field, direction), (value, _id) = order, after
    on, up_to = ("$gte", "$lte") if direction == ASCENDING else ("$lte", "$gte")
    return {field: {on: value}, "$nor": [{field: value, "_id": {up_to: _id}}]}


def _sorted_by(order: Order) -> list[tuple[str, int]]:
    """No two courses stand at the same place: the id decides between those that are equal otherwise."""
    field, direction = order
    return [(field, direction), ("_id", direction)]


def courses_of(
    person_id: ObjectId, enrolled: Sequence[ObjectId], after: ObjectId | None, limit: int
) -> list[Document]:
    """The published ones among ``enrolled`` and those with the person on their staff, the newest first, from behind
    ``after`` on; each with its outline and, as ``entered`` has them, their ``enrollment`` and ``progress``.

    Each side of the ``$or`` walks an index in the order of the page.
    """
    place = {"$lt": after} if after else {}
    learning = {"_id": {"$in": enrolled, **place}, "status": "published", "deleted_at": None}
    teaching = {"staff.user_id": person_id, "deleted_at": None, **({"_id": place} if place else {})}
    pipeline: list[Document] = [
        {"$match": {"$or": [learning, teaching]}},
        {"$sort": {"_id": DESCENDING}},
        {"$limit": limit},
        {"$project": {**OUTLINE, "title": 1}},
        *_joined({"user_id": person_id}, True, localField="_id", foreignField="course_id"),
    ]
    return list(courses().aggregate(pipeline, batchSize=limit + 1))


def taught_by(person_id: ObjectId, limit: int) -> list[Document]:
    """The courses with the person on their staff, the newest first."""
    wanted: Document = {"staff.user_id": person_id, "deleted_at": None}
    return list(courses().find(wanted, {**MEMBERSHIP, "title": 1}).sort("_id", DESCENDING).limit(limit))


def change_course(
    tx: Transaction, course_id: ObjectId, expected: int | None, fields: Mapping[str, Any], now: datetime
) -> Document | None:
    """The course as changed; None where it is gone or no longer at the ``expected`` version."""
    found: Document = {"_id": course_id, "deleted_at": None}
    if expected is not None:
        found["version"] = expected
    return courses().find_one_and_update(
        found,
        {"$set": {**_with_title_key(fields), "updated_at": now}, "$inc": {"version": 1}},
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


def lesson_by_id(tx: Transaction, lesson_id: ObjectId) -> Document:
    """Even a deleted one, which can come back."""
    found = lessons().find_one({"_id": lesson_id}, session=tx.session)
    assert found is not None, "lessons are hidden, never removed"
    return found


def lessons_following(source_id: str, limit: int) -> list[ObjectId]:
    """Lessons that cite the source and are to be told when it changes."""
    wanted = {"$or": [{f"{name}.source.follows": source_id} for name in CITING]}
    return [row["_id"] for row in lessons().find(wanted, {"_id": 1}).limit(limit)]


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


_TO_SEARCH: Mapping[str, Any] = dict.fromkeys("title blocks.id blocks.kind blocks.text".split(), 1)


def lessons_with(course_id: ObjectId, lesson_ids: Sequence[ObjectId], search: str, limit: int) -> list[Document]:
    """Those of the lessons in which one of the words stands, by how often they do. From the text index."""
    wanted = {"course_id": course_id, "$text": {"$search": search}, "_id": {"$in": lesson_ids}, "deleted_at": None}
    score = {"$meta": "textScore"}
    return list(lessons().find(wanted, {**_TO_SEARCH, "score": score}).sort([("score", score)]).limit(limit))


def lessons_to_search(course_id: ObjectId, lesson_ids: Sequence[ObjectId]) -> list[Document]:
    wanted = {"_id": {"$in": lesson_ids}, "course_id": course_id, "deleted_at": None}
    return list(lessons().find(wanted, _TO_SEARCH))


def change_lesson(tx: Transaction, lesson_id: ObjectId, fields: Mapping[str, Any], now: datetime) -> None:
    lessons().update_one(
        {"_id": lesson_id},
        {"$set": {**fields, "updated_at": now}, "$inc": {"version": 1}},
        session=tx.session,
    )


def keep_version(tx: Transaction, version: Document) -> None:
    lesson_versions().insert_one(version, session=tx.session)


def version(tx: Transaction | None, lesson_id: ObjectId, n: int) -> Document | None:
    return lesson_versions().find_one({"lesson_id": lesson_id, "n": n}, session=tx.session if tx else None)


def lessons_among(
    course_id: ObjectId, lesson_ids: Sequence[ObjectId], fields: Mapping[str, Any], tx: Transaction | None = None
) -> list[Document]:
    """Those of the lessons that the course has."""
    wanted = {"_id": {"$in": lesson_ids}, "course_id": course_id, "deleted_at": None}
    return list(lessons().find(wanted, fields, session=tx.session if tx else None))


def versions(lesson_id: ObjectId, before: int | None, fields: Mapping[str, Any], limit: int) -> list[Document]:
    """The versions that were kept, the newest first."""
    wanted: Document = {"lesson_id": lesson_id}
    if before is not None:
        wanted["n"] = {"$lt": before}
    return list(lesson_versions().find(wanted, fields).sort("n", DESCENDING).limit(limit))


def lessons_with_file(file_id: ObjectId, limit: int, tx: Transaction | None = None) -> list[Document]:
    wanted, fields = {"blocks.file_id": file_id, "deleted_at": None}, {"course_id": 1, "release": 1}
    return list(lessons().find(wanted, fields, session=tx.session if tx else None).limit(limit))


def releases_with_file(file_id: ObjectId, person_id: ObjectId | None, limit: int) -> dict[ObjectId, list[Any]]:
    """By course, the release rules of the lessons that show the file: of courses in which the person learns or is
    on the staff, of any where no person is named."""
    theirs = [
        *_joined({"user_id": person_id, "status": "active"}, False, localField="_id", foreignField="course_id"),
        {
            "$lookup": {
                "from": courses.name,
                "localField": "_id",
                "foreignField": "_id",
                "pipeline": [{"$match": {"staff.user_id": person_id}}, {"$project": {"_id": 1}}],
                "as": "staffed",
            }
        },
        {"$match": {"$or": [{"enrollment": {"$ne": []}}, {"staffed": {"$ne": []}}]}},
    ]
    found = lessons().aggregate(
        [
            {"$match": {"blocks.file_id": file_id, "deleted_at": None}},
            {"$group": {"_id": "$course_id", "releases": {"$push": "$release"}}},
            *(theirs if person_id else []),
            {"$limit": limit},
        ]
    )
    return {row["_id"]: row["releases"] for row in found}


def lessons_to_copy(tx: Transaction, lesson_ids: Sequence[ObjectId]) -> Iterable[Document]:
    return lessons().find({"_id": {"$in": lesson_ids}}, session=tx.session)


def incomplete_lessons(tx: Transaction, lesson_ids: Sequence[ObjectId]) -> list[Document]:
    """Of the lessons that lack something: whether a source has ``changed``, and the ids of the blocks of an AI that
    are ``unreviewed``, of those ``without_alt`` and ``without_captions``."""
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
                        "unreviewed": _blocks(unreviewed),
                        "changed": {"$or": [_cites_changed(name) for name in CITING]},
                        "without_alt": _blocks(without_alt),
                        "without_captions": _blocks(_kind("video", {"$not": ["$$this.captions"]})),
                    }
                },
                {
                    "$match": {
                        "$or": [
                            {"changed": True},
                            {"unreviewed.0": {"$exists": True}},
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


def _cites_changed(name: str) -> Document:
    return {"$in": [True, {"$ifNull": [f"${name}.source.changed", []]}]}


def _kind(kind: str, *conditions: Mapping[str, Any]) -> Document:
    return {"$and": [{"$eq": ["$$this.kind", kind]}, *conditions]}


def _blocks(condition: Mapping[str, Any]) -> Document:
    """The ids of a lesson's blocks that meet the condition."""
    return {"$map": {"input": {"$filter": {"input": "$blocks", "cond": condition}}, "in": "$$this.id"}}


def count_questions(tx: Transaction, course_id: ObjectId, lesson_id: ObjectId, count: int, now: datetime) -> None:
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
