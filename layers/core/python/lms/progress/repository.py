"""How far each learner has come in each course: in MongoDB.

One document per course and person. What belongs to a lesson or a quiz stands by its id (as text) in a map of its
own, so that each reader loads the maps that it needs: ``positions``, ``seconds``, ``counted_until`` (heartbeats),
``completed`` (when) and ``quiz_scores`` (the best). ``completion`` says when, and on which version of the outline,
the course was completed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument, UpdateOne

from lms import mongo
from lms.mongo import Document, Transaction

course_progress = mongo.collection(
    "course_progress",
    indexes=[IndexModel([("course_id", ASCENDING), ("user_id", ASCENDING)], unique=True)],
)


def progress(course_id: ObjectId, user_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    return course_progress().find_one(
        {"course_id": course_id, "user_id": user_id}, session=tx.session if tx else None
    )


def beat(
    course_id: ObjectId,
    user_id: ObjectId,
    lesson_id: ObjectId,
    *,
    position: float | None,
    seconds: int,
    now: datetime,
    carried: timedelta,
    slack: timedelta,
) -> Document:
    """Take a heartbeat in, in one update; the progress after it. ``tracking`` has the rule."""
    counted, until = f"seconds.{lesson_id}", f"counted_until.{lesson_id}"
    stored: Any = {"$ifNull": [f"${counted}", 0]}
    earliest = now - carried
    room: Any = {"$subtract": [now + slack, {"$ifNull": [f"${until}", earliest]}]}
    whole_seconds = {"$floor": {"$divide": [room, 1000]}}
    gain = {"$toInt": {"$max": [0, {"$min": [{"$subtract": [seconds, stored]}, whole_seconds]}]}}
    claimed = {"$add": [{"$ifNull": [f"${until}", earliest]}, {"$multiply": ["$gain", 1000]}]}
    place = {} if position is None else {f"positions.{lesson_id}": position}
    found = course_progress().find_one_and_update(
        {"course_id": course_id, "user_id": user_id},
        [
            {"$set": {"gain": gain}},
            {
                "$set": {
                    counted: {"$add": [stored, "$gain"]},
                    until: {"$max": [claimed, earliest]},
                    "active_at": now,
                    **place,
                }
            },
            {"$unset": "gain"},
        ],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    assert found is not None, "an upsert leaves a document"
    return found


def complete(tx: Transaction, _id: ObjectId, fields: Mapping[str, Any]) -> Document:
    found = course_progress().find_one_and_update(
        {"_id": _id}, {"$set": fields}, return_document=ReturnDocument.AFTER, session=tx.session
    )
    assert found is not None, "this transaction has read it"
    return found


def keep_best_scores(
    tx: Transaction,
    course_id: ObjectId,
    quiz_id: ObjectId,
    graded: Mapping[ObjectId, tuple[float, bool]],
) -> None:
    """As ``keep_best_score``, by learner, in one round trip."""
    changes = [
        UpdateOne({"course_id": course_id, "user_id": user_id}, _best_score(quiz_id, percent, passed), upsert=True)
        for user_id, (percent, passed) in graded.items()
    ]
    course_progress().bulk_write(changes, ordered=False, session=tx.session)


def _best_score(quiz_id: ObjectId, percent: float, passed: bool) -> list[Document]:
    score = f"quiz_scores.{quiz_id}"
    best = {"percent": {"$max": [f"${score}.percent", percent]}, "passed": {"$or": [f"${score}.passed", passed]}}
    return [{"$set": {score: best}}]


def not_through(
    tx: Transaction, course_id: ObjectId, user_ids: Sequence[ObjectId], lesson_ids: Sequence[ObjectId]
) -> list[Document]:
    """The progress of those learners who have not completed all of these lessons, as far as completion asks."""
    missing = [{f"completed.{_id}": {"$exists": False}} for _id in lesson_ids]
    found = course_progress().find(
        {"course_id": course_id, "user_id": {"$in": user_ids}, "$or": missing},
        dict.fromkeys("user_id completed seconds completion quiz_scores".split(), 1),
        session=tx.session,
    )
    return list(found)


def complete_each(tx: Transaction, fields_of: Mapping[ObjectId, Mapping[str, Any]]) -> None:
    """As ``complete``, by the document's id, in one round trip."""
    changes = [UpdateOne({"_id": _id}, {"$set": fields}) for _id, fields in fields_of.items()]
    course_progress().bulk_write(changes, ordered=False, session=tx.session)


def keep_best_score(
    tx: Transaction,
    course_id: ObjectId,
    user_id: ObjectId,
    quiz_id: ObjectId,
    *,
    percent: float,
    passed: bool,
) -> Document:
    """The progress, with the better of the score that was kept and this one; a quiz once passed stays passed."""
    found = course_progress().find_one_and_update(
        {"course_id": course_id, "user_id": user_id},
        _best_score(quiz_id, percent, passed),
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    assert found is not None, "an upsert leaves a document"
    return found


def _keys(name: str) -> Document:
    return {"$map": {"input": {"$objectToArray": {"$ifNull": [f"${name}", {}]}}, "in": "$$this.k"}}


_STATES: Mapping[str, Any] = {
    **dict.fromkeys("user_id completion active_at".split(), 1),
    **{name: _keys(name) for name in ("completed", "seconds")},
}
"""Without the dates and figures by lesson: reading ten thousand of them takes most of a page's time."""


def states(course_id: ObjectId, user_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """Which lessons learners have started (``seconds``) and ``completed`` in a course, by learner. Who has no
    progress is left out."""
    found = course_progress().aggregate(_states_of(course_id, user_ids), batchSize=len(user_ids) + 1)
    return {row["user_id"]: row for row in found}


def _states_of(course_id: ObjectId, user_ids: Sequence[ObjectId]) -> list[Document]:
    return [{"$match": {"course_id": course_id, "user_id": {"$in": user_ids}}}, {"$project": _STATES}]


def states_and_names(
    course_id: ObjectId, user_ids: Sequence[ObjectId]
) -> tuple[dict[ObjectId, Document], dict[ObjectId, str]]:
    """As ``states``, and the learners' names by id."""
    # Names are another package's, and only read here: they must not cost a round trip of their own.
    named = [{"$match": {"_id": {"$in": user_ids}}}, {"$project": {"name": 1}}]
    found = course_progress().aggregate(
        [*_states_of(course_id, user_ids), {"$unionWith": {"coll": "users", "pipeline": named}}],
        batchSize=2 * len(user_ids) + 1,
    )
    rows = list(found)
    states = {row["user_id"]: row for row in rows if "user_id" in row}
    return states, {row["_id"]: row["name"] for row in rows if "user_id" not in row}
