"""The learning-event log: written inside the transaction that it tells of, ordered by one relay.

An event is an outbox row until the relay stamps it with ``seq``, which rises by one. Whoever follows the log
follows ``seq``: an order by ``_id`` would miss a transaction that commits late.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, UpdateOne

from lms import clock, mongo, queues
from lms.config import settings

SCHEMA_VERSION = 1
BATCH = 500

events = mongo.collection(
    "events",
    indexes=[
        IndexModel([("seq", ASCENDING)], unique=True, partialFilterExpression={"seq": {"$exists": True}}),
        IndexModel([("pending", ASCENDING), ("_id", ASCENDING)], partialFilterExpression={"pending": True}),
    ],
)
counters = mongo.collection("counters")


def record(tx: mongo.Transaction, type: str, *, actor: ObjectId | None, subject: ObjectId, **data: Any) -> None:
    """Append one event to the log. ``type`` is ``noun.verb_in_past``; ``data`` holds ids and figures only."""
    record_each(tx, type, actor=actor, data_of={subject: data})


def record_each(
    tx: mongo.Transaction, type: str, *, actor: ObjectId | None, data_of: Mapping[ObjectId, Mapping[str, Any]]
) -> None:
    """Append an event of this type for each subject, with that one's data, in one round trip."""
    record_by_many(tx, type, [(actor, subject, data) for subject, data in data_of.items()])


def record_by_many(
    tx: mongo.Transaction, type: str, told: Sequence[tuple[ObjectId | None, ObjectId, Mapping[str, Any]]]
) -> None:
    """Append an event of this type for each actor, subject and data, in one round trip."""
    if not told:
        return
    common = {"type": type, "schema": SCHEMA_VERSION, "at": clock.now(), "pending": True}
    rows = [{**common, "actor_id": actor, "subject_id": _id, "data": dict(data)} for actor, _id, data in told]
    events().insert_many(rows, session=tx.session)
    tx.after_commit(nudge)


def nudge() -> None:
    """Tell the relay that there is something to stamp."""
    queues.send(settings().events_queue_url, [{"reason": "committed"}])


def relay(limit: int = BATCH) -> int:
    """Stamp up to ``limit`` waiting events with the next sequence numbers; return how many were stamped.

    The counter is taken in the same transaction, so two relays that run at once exclude each other by write
    conflict and a number is never given twice, nor one left out.
    """

    def stamp(tx: mongo.Transaction) -> int:
        waiting = [
            row["_id"]
            for row in events()
            .find({"pending": True}, {"_id": 1}, session=tx.session)
            .sort([("pending", ASCENDING), ("_id", ASCENDING)])
            .limit(limit)
        ]
        if not waiting:
            return 0
        counter = counters().find_one_and_update(
            {"_id": "events"}, {"$inc": {"seq": len(waiting)}}, upsert=True, session=tx.session
        )
        first = (counter["seq"] if counter else 0) + 1
        events().bulk_write(
            [
                UpdateOne({"_id": _id}, {"$set": {"seq": first + index}, "$unset": {"pending": ""}})
                for index, _id in enumerate(waiting)
            ],
            session=tx.session,
        )
        return len(waiting)

    return mongo.transaction(stamp)
