"""``Idempotency-Key``: the answer to a creating POST is kept in the transaction that created.

One key, one body: the stored answer comes again. One key, another body: 409. No key: no record.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.event_handler import Response
from bson import ObjectId
from pydantic_core import to_jsonable_python
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from lms import clock, mongo
from lms.errors import Conflict, Invalid
from lms.http import app, header

LIFETIME = timedelta(hours=24)
_LONGEST_KEY = 255

answers = mongo.collection(
    "idempotency_answers", indexes=[IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]
)

Work = Callable[[mongo.Transaction], Response[Any]]


def once(caller_id: ObjectId, work: Work) -> Response[Any]:
    """Run ``work`` in a transaction, at most once per Idempotency-Key of this caller, method and path."""
    return once_prepared(caller_id, lambda: work)


def once_prepared(caller_id: ObjectId, prepare: Callable[[], Work]) -> Response[Any]:
    """As ``once``; what must come before the transaction, ``prepare`` does, and only for an answer that is new."""
    key = header("Idempotency-Key")
    if not key:
        return mongo.transaction(prepare())
    if len(key) > _LONGEST_KEY:
        raise Invalid(f"Idempotency-Key holds at most {_LONGEST_KEY} characters")
    event = app.current_event
    _id = _digest(str(caller_id), event.http_method, event.path, key)
    body_hash = _digest(event.decoded_body or "")
    if stored := _stored(_id):
        return _replay(stored, body_hash)
    work = prepare()

    def work_and_keep(tx: mongo.Transaction) -> Response[Any]:
        answer = work(tx)
        answers().delete_one({"_id": _id, "expires_at": {"$lte": clock.now()}}, session=tx.session)
        answers().insert_one(
            {
                "_id": _id,
                "body_hash": body_hash,
                "status": answer.status_code,
                "headers": answer.headers,
                "body": to_jsonable_python(answer.body),
                "expires_at": clock.now() + LIFETIME,
            },
            session=tx.session,
        )
        return answer

    try:
        return mongo.transaction(work_and_keep)
    except DuplicateKeyError:
        stored = _stored(_id)
        if stored is None:
            raise
        return _replay(stored, body_hash)


def _stored(_id: str) -> mongo.Document | None:
    return answers().find_one({"_id": _id, "expires_at": {"$gt": clock.now()}})


def _replay(stored: mongo.Document, body_hash: str) -> Response[Any]:
    if stored["body_hash"] != body_hash:
        raise Conflict("This Idempotency-Key was used with another body", code="IDEMPOTENCY_KEY_REUSED")
    headers = {**stored["headers"], "Idempotent-Replayed": "true"}
    return Response(stored["status"], "application/json", stored["body"], headers=headers)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
