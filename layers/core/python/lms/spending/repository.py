"""What models' calls take, and the budgets that hold them: in MongoDB.

``ai_spending`` has a document for each scope and month: its sums, the ``lines`` that they are made of, and what is
``reserved`` for calls that run. ``ai_calls`` has a row for each call from before it is made: ``open``, then
``counted``, or ``presumed`` where its worker died and nobody knows what it took.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument, UpdateOne

from lms import mongo
from lms.mongo import Document, Transaction

_KEPT_SECONDS = 90 * 24 * 3_600

spending = mongo.collection("ai_spending")
calls = mongo.collection(
    "ai_calls",
    indexes=[
        IndexModel([("until", ASCENDING)], partialFilterExpression={"state": "open"}),
        IndexModel([("closed_at", ASCENDING)], expireAfterSeconds=_KEPT_SECONDS),
    ],
)
budgets = mongo.collection("ai_budgets")

_BUDGETS = "budgets"


class Wanted(NamedTuple):
    """Its input, which costs ``input_usd``, and between ``least`` and ``most`` tokens of output, which cost
    ``output_usd`` each. While others hold a part of a budget, it takes no less than ``comfortable``: they may give
    some of it back."""

    input_tokens: int
    least: int
    comfortable: int
    most: int
    input_usd: float
    output_usd: float


def month_id(month: str, scope: str) -> str:
    return f"{month}/{scope}"


def all_budgets(tx: Transaction | None = None) -> Document | None:
    return budgets().find_one({"_id": _BUDGETS}, session=tx.session if tx else None)


def budgets_for(user_id: ObjectId, course_id: ObjectId | None, tx: Transaction | None = None) -> Document:
    """The budgets without those of other people and courses."""
    own = (f"users.{user_id}", f"courses.{course_id}")
    fields = dict.fromkeys(("platform", "per_user", "per_course", *own), 1)
    return budgets().find_one({"_id": _BUDGETS}, fields, session=tx.session if tx else None) or {}


def save_budgets(tx: Transaction, fields: Mapping[str, Any]) -> Document:
    saved = budgets().find_one_and_update(
        {"_id": _BUDGETS},
        {"$set": fields, "$inc": {"version": 1}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=tx.session,
    )
    assert saved is not None, "an upsert leaves a document"
    return saved


def months(month: str, scopes: Sequence[str], tx: Transaction | None = None) -> dict[str, Document]:
    """The month of each of the scopes in which something was spent or reserved, by scope."""
    ids = {month_id(month, scope): scope for scope in scopes}
    found = spending().find({"_id": {"$in": list(ids)}}, session=tx.session if tx else None)
    return {ids[row["_id"]]: row for row in found}


def reserve(
    month: str,
    scope: str,
    call_id: ObjectId,
    wanted: Wanted,
    limit: Mapping[str, Any],
    now: datetime,
    until: datetime,
) -> Document:
    """The scope's month after setting aside for the call what its limit has room for, or nothing where that is too
    little: ``reserved`` has the call then, or has it not.

    One atomic update, so that calls that run at once can never take more than the limit together. What is set aside
    stands until the call is settled, or ``until`` its worker must have ended.
    """
    spent: Any = {"$add": [{"$ifNull": ["$input_tokens", 0]}, {"$ifNull": ["$output_tokens", 0]}]}
    rooms: list[Any] = [wanted.most]
    if limit["tokens"] is not None:
        taken = {"$add": [spent, {"$sum": "$reserved.tokens"}, wanted.input_tokens]}
        rooms.append({"$subtract": [limit["tokens"], taken]})
    if limit["usd"] is not None and wanted.output_usd:
        paid = {"$add": [{"$ifNull": ["$cost_usd", 0.0]}, {"$sum": "$reserved.usd"}, wanted.input_usd]}
        rooms.append({"$floor": {"$divide": [{"$subtract": [limit["usd"], paid]}, wanted.output_usd]}})
    own = {
        "call": call_id,
        "output": {"$toLong": "$room"},
        "tokens": {"$toLong": {"$add": [wanted.input_tokens, "$room"]}},
        "usd": {"$add": [wanted.input_usd, {"$multiply": [wanted.output_usd, "$room"]}]},
        "until": until,
    }
    enough = {"$cond": [{"$eq": ["$reserved", []]}, wanted.least, wanted.comfortable]}
    fits = {"$cond": [{"$gte": ["$room", enough]}, [own], []]}
    alive = {"$filter": {"input": {"$ifNull": ["$reserved", []]}, "cond": {"$gt": ["$$this.until", now]}}}
    after = spending().find_one_and_update(
        {"_id": month_id(month, scope)},
        [
            {"$set": {"reserved": alive}},
            {"$set": {"room": {"$min": rooms}}},
            {"$set": {"reserved": {"$concatArrays": ["$reserved", fits]}}},
            {"$unset": "room"},
        ],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    assert after is not None, "an upsert leaves a document"
    return after


def free(month: str, scopes: Sequence[str], call_id: ObjectId) -> None:
    """Give back what was set aside for a call that is not made."""
    ids = [month_id(month, scope) for scope in scopes]
    spending().update_many({"_id": {"$in": ids}}, {"$pull": {"reserved": {"call": call_id}}})


def open_call(call: Document) -> None:
    calls().insert_one(call)


def close_call(tx: Transaction, call_id: ObjectId, state: str, fields: Mapping[str, Any]) -> Document | None:
    """The call as it was before; None where it is counted already."""
    open_to = ["open"] if state == "presumed" else ["open", "presumed"]
    return calls().find_one_and_update(
        {"_id": call_id, "state": {"$in": open_to}}, {"$set": {**fields, "state": state}}, session=tx.session
    )


def lost_calls(now: datetime, limit: int) -> list[Document]:
    """Open calls whose worker must have ended by now."""
    return list(calls().find({"state": "open", "until": {"$lte": now}}).limit(limit))


def add(
    tx: Transaction, month: str, scopes: Sequence[str], call: Document, increments: Mapping[str, float]
) -> None:
    """Count what the call took in each of the scopes, and end what was set aside for it."""
    line = f"{call['day']}/{call['task']}/{call['model']}".replace(".", ",")
    named = {f"lines.{line}.{name}": call[name] for name in ("day", "task", "model")}
    counted = {f"{prefix}{name}": value for prefix in ("", f"lines.{line}.") for name, value in increments.items()}
    change: Document = {"$pull": {"reserved": {"call": call["_id"]}}}
    if any(increments.values()):
        change |= {"$inc": counted, "$set": named}
    ids = [month_id(month, scope) for scope in scopes]
    spending().bulk_write([UpdateOne({"_id": _id}, change, upsert=True) for _id in ids], session=tx.session)
