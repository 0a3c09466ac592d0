"""Jobs and their steps in MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne

from lms import clock, mongo
from lms.mongo import Document, Transaction

jobs = mongo.collection(
    "jobs",
    indexes=[
        IndexModel([("owner_id", ASCENDING), ("_id", DESCENDING)]),
        IndexModel([("owner_id", ASCENDING), ("created_at", ASCENDING), ("kind", ASCENDING)]),
        IndexModel([("course_id", ASCENDING), ("created_at", ASCENDING), ("kind", ASCENDING)]),
        IndexModel([("created_at", ASCENDING), ("kind", ASCENDING)]),
    ],
)
steps = mongo.collection(
    "job_steps",
    indexes=[
        IndexModel([("job_id", ASCENDING), ("name", ASCENDING)], unique=True),
        IndexModel([("state", ASCENDING), ("due_at", ASCENDING)]),
    ],
)

UNFINISHED = ("queued", "running")
OPEN = ("pending", "running")

_ADDRESS = ("job_id", "name", "kind")


def add_job(tx: Transaction, job: Document) -> None:
    jobs().insert_one(job, session=tx.session)


def job_by_id(job_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    return jobs().find_one({"_id": job_id}, session=tx.session if tx else None)


def jobs_of(owner_id: ObjectId, before: ObjectId | None, limit: int) -> list[Document]:
    place = {"_id": {"$lt": before}} if before else {}
    without = {"result.proposal": 0}
    return list(jobs().find({"owner_id": owner_id, **place}, without).sort("_id", DESCENDING).limit(limit))


def started(theirs: Mapping[str, Any], begin: datetime, end: datetime, kinds: Sequence[str]) -> dict[str, int]:
    """How many jobs of each of these kinds, of those that meet ``theirs``, were made in the time."""
    found = jobs().aggregate(
        [
            {"$match": {**theirs, "created_at": {"$gte": begin, "$lt": end}, "kind": {"$in": list(kinds)}}},
            {"$group": {"_id": "$kind", "count": {"$sum": 1}}},
        ]
    )
    return {row["_id"]: row["count"] for row in found}


def change_job(
    tx: Transaction | None, job_id: ObjectId, change: Mapping[str, Any], *, only_in: Sequence[str] = ()
) -> Document | None:
    """The job after the change; None where ``only_in`` names states and it is in none of them."""
    state = {"status": {"$in": list(only_in)}} if only_in else {}
    return jobs().find_one_and_update(
        {"_id": job_id, **state},
        _with_version(change),
        return_document=ReturnDocument.AFTER,
        session=tx.session if tx else None,
    )


def _with_version(change: Mapping[str, Any]) -> dict[str, Any]:
    return {**change, "$inc": {**change.get("$inc", {}), "version": 1}}


def add_usage(
    tx: Transaction | None,
    job_id: ObjectId,
    input_tokens: int,
    output_tokens: int,
    cost_usd: float,
    *,
    prompts: Mapping[str, str],
) -> None:
    """The dot in a prompt file's name nests its versions: {"outline": {"v1": sha256}}."""
    jobs().update_one(
        {"_id": job_id},
        {
            **({"$set": {f"prompts.{name}": sha256 for name, sha256 in prompts.items()}} if prompts else {}),
            "$inc": {
                "usage.input_tokens": input_tokens,
                "usage.output_tokens": output_tokens,
                "usage.cost_usd": cost_usd,
                "version": 1,
            },
        },
        session=tx.session if tx else None,
    )


def grant_allowance(held: Document, *, alone: bool) -> int | None:
    """Set tokens of the job's budget aside for a claimed step: all that is left where it runs alone, else a fair
    share of it among the steps to come (but the last, which asks no model). None where the job has no budget.

    In one atomic update, so that claims that live at once can never spend more than the budget together. An
    allowance stands until its worker ends or its lease does, cancelled or not: the worker may be spending it.
    """
    alive = {"$gt": ["$$this.until", clock.now()]}
    others = {
        "$filter": {
            "input": {"$ifNull": ["$allowances", []]},
            "cond": {"$and": [alive, {"$ne": ["$$this.claim", held["token"]]}]},
        }
    }
    spent = {"$add": ["$usage.input_tokens", "$usage.output_tokens"]}
    set_aside = {"$sum": {"$map": {"input": others, "in": "$$this.tokens"}}}
    left = {"$subtract": ["$budget_tokens", {"$add": [spent, set_aside]}]}
    served = {"$setDifference": [{"$map": {"input": others, "in": "$$this.step"}}, [held["name"]]]}
    asking = {"$subtract": ["$progress.total", {"$add": ["$progress.done", {"$size": served}, 1]}]}
    sharers = 1 if alone else {"$max": [1, asking]}
    share = {"$max": [0, {"$toInt": {"$floor": {"$divide": [left, sharers]}}}]}
    own = {"claim": held["token"], "step": held["name"], "tokens": share, "until": held["due_at"]}
    job = jobs().find_one_and_update(
        {"_id": held["job_id"], "budget_tokens": {"$ne": None}},
        [{"$set": {"allowances": {"$concatArrays": [others, [own]]}}}],
        return_document=ReturnDocument.AFTER,
    )
    return job["allowances"][-1]["tokens"] if job else None


def freed_allowance(held: Document) -> Document:
    """The change of the job that ends what was set aside for the claim."""
    return {"$pull": {"allowances": {"claim": held["token"]}}}


def _free_allowance(held: Document, tx: Transaction | None = None) -> None:
    jobs().update_one({"_id": held["job_id"]}, freed_allowance(held), session=tx.session if tx else None)


def add_steps(tx: Transaction, job: Document, names: Sequence[str], now: datetime) -> None:
    new = {
        "job_id": job["_id"],
        "kind": job["kind"],
        "state": "pending",
        "attempts": 0,
        "due_at": now,
        "sent": False,
    }
    steps().insert_many([{**new, "name": name} for name in names], session=tx.session)


def step_states(tx: Transaction, job_id: ObjectId) -> list[Document]:
    return list(steps().find({"job_id": job_id}, {"name": 1, "state": 1, "error": 1, "_id": 0}, session=tx.session))


def outputs(job_id: ObjectId, prefix: str) -> dict[str, Any]:
    """What the finished steps whose names start with ``prefix`` have put out, by name."""
    found = steps().find(
        {"job_id": job_id, "name": {"$regex": f"^{prefix}"}, "state": "done"}, {"name": 1, "output": 1}
    )
    return {row["name"]: row["output"] for row in found}


def claim_step(job_id: ObjectId, name: str, token: ObjectId, now: datetime, until: datetime) -> Document | None:
    """Take a waiting step, or a running one whose lease has run out. None where there is nothing to take."""
    return steps().find_one_and_update(
        {
            "job_id": job_id,
            "name": name,
            "$or": [{"state": "pending"}, {"state": "running", "due_at": {"$lte": now}}],
        },
        {"$set": {"state": "running", "token": token, "due_at": until}, "$inc": {"attempts": 1}},
        return_document=ReturnDocument.AFTER,
    )


def finish_step(
    tx: Transaction, held: Document, state: str, *, output: Any = None, error: Document | None = None
) -> bool:
    """Whether the holder of the claim still held it. Where not, its allowance ends here, else with the change of
    the job that counts the step."""
    finished = steps().update_one(
        {"_id": held["_id"], "state": "running", "token": held["token"]},
        {"$set": {"state": state, "output": output, "error": error}, "$unset": {"token": "", "due_at": ""}},
        session=tx.session,
    )
    if not finished.modified_count:
        _free_allowance(held, tx)
    return bool(finished.modified_count)


def release_step(held: Document, due_at: datetime) -> None:
    """Give a claim back, for a later attempt."""
    _free_allowance(held)
    steps().update_one(
        {"_id": held["_id"], "state": "running", "token": held["token"]},
        {"$set": {"state": "pending", "due_at": due_at}, "$unset": {"token": ""}},
    )


def cancel_steps(tx: Transaction, job_id: ObjectId) -> None:
    steps().update_many(
        {"job_id": job_id, "state": {"$in": OPEN}},
        {"$set": {"state": "cancelled"}, "$unset": {"token": "", "due_at": ""}},
        session=tx.session,
    )


def reopen_steps(tx: Transaction, job_id: ObjectId, now: datetime) -> None:
    steps().update_many(
        {"job_id": job_id, "state": {"$in": ["failed", "cancelled"]}},
        {
            "$set": {"state": "pending", "attempts": 0, "due_at": now, "sent": False},
            "$unset": {"error": "", "token": ""},
        },
        session=tx.session,
    )


def unsent_steps(job_id: ObjectId) -> list[Document]:
    return list(steps().find({"job_id": job_id, "state": "pending", "sent": False}, _ADDRESS))


def overdue_steps(before: datetime, limit: int) -> list[Document]:
    """Steps that should have been taken or finished before this instant."""
    return list(steps().find({"state": {"$in": OPEN}, "due_at": {"$lte": before}}, _ADDRESS).limit(limit))


def mark_sent(step_ids: Sequence[ObjectId], due_at: datetime) -> None:
    """Note that messages are on their way; look again at ``due_at`` should nobody have taken them by then."""
    steps().bulk_write(
        [
            UpdateOne({"_id": _id, "state": "pending"}, {"$set": {"sent": True, "due_at": due_at}})
            for _id in step_ids
        ],
        ordered=False,
    )
