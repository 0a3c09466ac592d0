"""The audit log: who did what to whom, written inside the transaction that did it. Ids only."""

from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel

from lms import clock, mongo

audit_log = mongo.collection(
    "audit_log",
    indexes=[
        IndexModel([("target_id", ASCENDING), ("_id", DESCENDING)]),
        IndexModel([("actor_id", ASCENDING), ("_id", DESCENDING)]),
    ],
)


def record(tx: mongo.Transaction, action: str, *, actor: ObjectId | None, target: ObjectId, **detail: Any) -> None:
    audit_log().insert_one(
        {"at": clock.now(), "action": action, "actor_id": actor, "target_id": target, "detail": detail},
        session=tx.session,
    )
