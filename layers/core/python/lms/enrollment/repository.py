"""Who learns in a course, since when and how, and how many seats are taken: in MongoDB."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReplaceOne, ReturnDocument

from lms import mongo
from lms.mongo import Document, Transaction

enrollments = mongo.collection(
    "enrollments",
    indexes=[
        IndexModel([("course_id", ASCENDING), ("user_id", ASCENDING)], unique=True),
        IndexModel([("user_id", ASCENDING), ("status", ASCENDING)]),
        IndexModel(
            [("course_id", ASCENDING), ("ticket", ASCENDING)], partialFilterExpression={"status": "waiting"}
        ),
        IndexModel([("course_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("course_id", ASCENDING), ("status", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("course_id", ASCENDING), ("cohort_id", ASCENDING), ("_id", ASCENDING)]),
    ],
)
course_seats = mongo.collection("course_seats")
cohorts = mongo.collection(
    "cohorts",
    indexes=[
        IndexModel([("course_id", ASCENDING), ("name", ASCENDING)], unique=True),
        IndexModel([("course_id", ASCENDING), ("_id", ASCENDING)]),
    ],
)
imports = mongo.collection(
    "enrollment_imports",
    indexes=[
        IndexModel([("job_id", ASCENDING), ("step", ASCENDING)], unique=True),
        IndexModel([("job_id", ASCENDING), ("last_row", ASCENDING)]),
    ],
)


def enrollment(tx: Transaction, course_id: ObjectId, user_id: ObjectId) -> Document | None:
    return enrollments().find_one({"course_id": course_id, "user_id": user_id}, session=tx.session)


def enrollments_of(tx: Transaction, course_id: ObjectId, user_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """Their enrollments in the course, of whatever status, by user."""
    found = enrollments().find({"course_id": course_id, "user_id": {"$in": user_ids}}, session=tx.session)
    return {row["user_id"]: row for row in found}


def active_among(
    course_ids: Sequence[ObjectId], user_ids: Sequence[ObjectId], tx: Transaction | None
) -> list[Document]:
    """The active enrollments of these people in these courses."""
    wanted = {"course_id": {"$in": course_ids}, "user_id": {"$in": user_ids}, "status": "active"}
    return list(enrollments().find(wanted, session=tx.session if tx else None))


def courses_with(user_id: ObjectId, statuses: Sequence[str]) -> list[ObjectId]:
    """The courses in which the person has an enrollment with one of the statuses."""
    return enrollments().distinct("course_id", {"user_id": user_id, "status": {"$in": statuses}})


def enrollments_in(user_id: ObjectId, course_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """The person's enrollments in the courses, of whatever status, by course."""
    found = enrollments().find({"course_id": {"$in": list(course_ids)}, "user_id": user_id})
    return {row["course_id"]: row for row in found}


def page_of_enrollments(
    course_id: ObjectId, wanted: Mapping[str, Any], after: ObjectId | None, limit: int
) -> list[Document]:
    """In the order of their making, from behind ``after`` on."""
    place = {"_id": {"$gt": after}} if after else {}
    return list(enrollments().find({"course_id": course_id, **wanted, **place}).sort("_id", ASCENDING).limit(limit))


def in_cohorts(wanted: Sequence[tuple[ObjectId, Sequence[ObjectId]]]) -> list[Document]:
    """Whose enrollments, of whatever status, are in these cohorts of these courses."""
    branches = [{"course_id": course_id, "cohort_id": {"$in": list(ids)}} for course_id, ids in wanted]
    return list(enrollments().find({"$or": branches}, {"course_id": 1, "user_id": 1}))


def tickets(course_id: ObjectId) -> list[int]:
    """The tickets of the waiting list, in its order."""
    waiting = enrollments().find({"course_id": course_id, "status": "waiting"}, {"_id": 0, "ticket": 1})
    return [row["ticket"] for row in waiting.sort("ticket", ASCENDING)]


def save(tx: Transaction, rows: Iterable[Document]) -> None:
    """Write enrollments that this transaction has read or made."""
    enrollments().bulk_write(
        [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows], ordered=False, session=tx.session
    )


def first_waiting(tx: Transaction, course_id: ObjectId, most: int | None) -> list[Document]:
    """Those who wait for a seat, the longest first, at most ``most`` of them."""
    waiting = enrollments().find({"course_id": course_id, "status": "waiting"}, session=tx.session)
    return list(waiting.sort("ticket", ASCENDING).limit(most or 0))


def ahead_of(tx: Transaction | None, course_id: ObjectId, ticket: int) -> int:
    """How many wait for a seat with a lower ticket."""
    waiting = {"course_id": course_id, "status": "waiting", "ticket": {"$lt": ticket}}
    return enrollments().count_documents(waiting, session=tx.session if tx else None)


def seats(course_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    """The course's policy and its counter of seats taken; None where neither was ever written."""
    return course_seats().find_one({"_id": course_id}, session=tx.session if tx else None)


def change_policy(tx: Transaction, course_id: ObjectId, fields: Mapping[str, Any]) -> Document:
    """The course's policy as changed, which this transaction has read, with its counter."""
    changed = course_seats().find_one_and_update(
        {"_id": course_id},
        {"$set": fields, "$setOnInsert": {"taken": 0, "tickets": 0}, "$inc": {"version": 1}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    assert changed is not None, "an upsert leaves a document"
    return changed


def take_seats(tx: Transaction, course_id: ObjectId, wanted: int) -> Document:
    """Take as many of the ``wanted`` seats as there are, and a ticket of the waiting list for each of the others
    where there is one: ``granted`` and ``queued`` say how many this was, ``tickets`` the last ticket given out.

    One update of one document. What the limit and the counter are is settled inside it, so that no two callers
    can ever have the same seat, and a caller who waits conflicts with one who frees a seat at the same time.
    """
    free: Any = {"$subtract": ["$seats", "$taken"]}
    granted = {"$cond": [{"$eq": ["$seats", None]}, wanted, {"$max": [0, {"$min": [wanted, free]}]}]}
    queued = {"$cond": ["$waiting_list", {"$subtract": [wanted, "$granted"]}, 0]}
    written = {name: {"$ifNull": [f"${name}", none]} for name, none in _NEVER_WRITTEN.items()}
    taken = course_seats().find_one_and_update(
        {"_id": course_id},
        [
            {"$set": written},
            {"$set": {"granted": granted}},
            {"$set": {"queued": queued, "taken": {"$add": ["$taken", "$granted"]}}},
            {"$set": {"tickets": {"$add": ["$tickets", "$queued"]}}},
        ],
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    assert taken is not None, "an upsert leaves a document"
    return taken


_NEVER_WRITTEN: Mapping[str, Any] = {"seats": None, "waiting_list": False, "taken": 0, "tickets": 0}


def count_seats(tx: Transaction, course_id: ObjectId, more: int) -> Document:
    """Change the number of seats taken; the policy with the new number."""
    changed = course_seats().find_one_and_update(
        {"_id": course_id},
        {"$inc": {"taken": more}},
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    assert changed is not None, "whoever frees a seat has taken one"
    return changed


def hold_cohort(tx: Transaction, course_id: ObjectId, cohort_id: ObjectId) -> bool:
    """Whether the course has this cohort; if so, its removal at the same time conflicts with this transaction."""
    held = cohorts().update_one(
        {"_id": cohort_id, "course_id": course_id}, {"$inc": {"holds": 1}}, session=tx.session
    )
    return bool(held.matched_count)


def page_of_cohorts(
    course_id: ObjectId, only: Sequence[ObjectId] | None, after: ObjectId | None, limit: int
) -> list[Document]:
    """In the order of their making, from behind ``after`` on; ``only`` these where it is a list."""
    wanted: Document = {} if only is None else {"$in": only}
    place = wanted | ({"$gt": after} if after else {})
    found = cohorts().find({"course_id": course_id, **({"_id": place} if place else {})})
    return list(found.sort("_id", ASCENDING).limit(limit))


def cohort(tx: Transaction, course_id: ObjectId, cohort_id: ObjectId) -> Document | None:
    return cohorts().find_one({"_id": cohort_id, "course_id": course_id}, session=tx.session)


def add_cohort(tx: Transaction, cohort: Document) -> None:
    """Raise DuplicateKeyError where the course has one of this name."""
    cohorts().insert_one(cohort, session=tx.session)


def save_cohort(tx: Transaction, cohort: Document) -> None:
    """Write a cohort that this transaction has read. Raise DuplicateKeyError as ``add_cohort``."""
    cohorts().replace_one({"_id": cohort["_id"]}, cohort, session=tx.session)


def remove_cohort(tx: Transaction, cohort_id: ObjectId) -> None:
    cohorts().delete_one({"_id": cohort_id}, session=tx.session)


def members_of(tx: Transaction, course_id: ObjectId, cohort_id: ObjectId) -> list[Document]:
    """The enrollments in a cohort, with what their dates hang on."""
    fields = ["course_id", "user_id", "cohort_id", "accommodations"]
    found = enrollments().find({"course_id": course_id, "cohort_id": cohort_id}, fields, session=tx.session)
    return list(found)


def clear_cohort(tx: Transaction, course_id: ObjectId, cohort_id: ObjectId, now: datetime) -> None:
    enrollments().update_many(
        {"course_id": course_id, "cohort_id": cohort_id},
        {"$set": {"cohort_id": None, "updated_at": now}, "$inc": {"version": 1}},
        session=tx.session,
    )


def cohorts_among(tx: Transaction, course_id: ObjectId, ids: Iterable[ObjectId]) -> list[ObjectId]:
    """Those of them that are the course's."""
    return cohorts().distinct("_id", {"_id": {"$in": list(ids)}, "course_id": course_id}, session=tx.session)


def cohorts_named(course_id: ObjectId, names: Iterable[str]) -> dict[str, ObjectId]:
    """The ids of those of them that the course has."""
    found = cohorts().find({"course_id": course_id, "name": {"$in": list(names)}}, ["name"])
    return {row["name"]: row["_id"] for row in found}


def add_import(
    tx: Transaction, job_id: ObjectId, course_id: ObjectId, rows_of: Mapping[str, Sequence[Document]]
) -> None:
    """Store the rows of a list by the name of the step that is to bring them in."""
    imports().insert_many(
        [
            {"job_id": job_id, "course_id": course_id, "step": step, "last_row": rows[-1]["row"], "rows": rows}
            for step, rows in rows_of.items()
        ],
        session=tx.session,
    )


def import_chunk(tx: Transaction, job_id: ObjectId, step: str) -> list[Document]:
    found = imports().find_one({"job_id": job_id, "step": step}, session=tx.session)
    rows: list[Document] = found["rows"] if found else []
    return rows


def save_import_chunk(tx: Transaction, job_id: ObjectId, step: str, rows: Sequence[Document]) -> None:
    imports().update_one({"job_id": job_id, "step": step}, {"$set": {"rows": rows}}, session=tx.session)


def import_rows(course_id: ObjectId, job_id: ObjectId, after: int, limit: int) -> list[Document]:
    """The rows of a list behind row ``after``, in their order."""
    # Rows lie in chunks that are larger than a page: two of them hold it.
    found = imports().aggregate(
        [
            {"$match": {"job_id": job_id, "course_id": course_id, "last_row": {"$gt": after}}},
            {"$sort": {"last_row": ASCENDING}},
            {"$limit": 2},
            {"$unwind": "$rows"},
            {"$replaceRoot": {"newRoot": "$rows"}},
            {"$match": {"row": {"$gt": after}}},
            {"$limit": limit},
        ]
    )
    return list(found)
