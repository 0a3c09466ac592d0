"""Models' calls, each held to the budgets before it is made and counted once after it.

What is guaranteed: a call has a row before it is made. Its usage is added to the platform's, the person's and the
course's month in the transaction that closes the row, so that it is counted once, whatever is repeated, and in all
of them or in none. Where a worker died during a call, nobody knows what it took: the row is closed as ``presumed``
with the call's estimated input once its worker must have ended, and corrected should the worker report after all.
Limits are never exceeded: what a call may take is set aside in one atomic update per limit before it is made, and
the call is held to that. A call counts in the month in which it began.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from bson import ObjectId

from lms import clock, mongo
from lms.mongo import Document, Transaction
from lms.spending import budgets, repository
from lms.spending.budgets import BudgetExceeded, Limit
from lms.spending.scopes import Payer, month_of

Wanted = repository.Wanted

_LONGEST_CALL = timedelta(minutes=3)
"""No function that asks a model runs longer."""

_NOTHING = {"input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0}


class Busy(Exception):
    """What is left of a budget is set aside for calls that run at this moment."""


class Call(NamedTuple):
    """``most_output`` is what the budgets let the call put out, None where none holds."""

    id: ObjectId
    most_output: int | None


def begin(payer: Payer, task: str, model: str, job_id: ObjectId | None, wanted: Wanted) -> Call:
    """Set aside what the call may take, in every budget that holds.

    Raise BudgetExceeded where one has too little left for it, Busy where it has too little only while others run.
    """
    call_id, now = ObjectId(), clock.now()
    month, until = month_of(now), now + _LONGEST_CALL
    held: list[str] = []
    most = wanted.most
    limits = budgets.limits(payer)
    for scope, limit in limits.items():
        asked = wanted._replace(most=most)
        after = repository.reserve(month, scope, call_id, asked, limit, now, until)
        own = next((row for row in after["reserved"] if row["call"] == call_id), None)
        if own is None:
            repository.free(month, held, call_id)
            if _reaches(limit, after, wanted):
                raise Busy
            raise BudgetExceeded(scope, limit, month, after)
        held.append(scope)
        most = own["output"]
    repository.open_call(
        {
            "_id": call_id,
            "state": "open",
            "begun_at": now,
            "until": until,
            "month": month,
            "day": now.strftime("%Y-%m-%d"),
            "user_id": payer.user_id,
            "course_id": payer.course_id,
            "job_id": job_id,
            "task": task,
            "model": model,
            "asked": {"input_tokens": wanted.input_tokens, "output_tokens": 0, "cost_usd": wanted.input_usd},
            "usage": dict(_NOTHING),
        }
    )
    return Call(call_id, most if limits else None)


def _reaches(limit: Limit, spent: Mapping[str, Any], wanted: Wanted) -> bool:
    """Whether the limit would do if nothing were set aside for others."""
    tokens, usd = budgets.tokens(spent), spent.get("cost_usd", 0.0)
    if limit["tokens"] is not None and tokens + wanted.input_tokens + wanted.least > limit["tokens"]:
        return False
    needed = wanted.input_usd + wanted.least * wanted.output_usd
    return limit["usd"] is None or usd + needed <= limit["usd"]


def settle(tx: Transaction, call_id: ObjectId, usage: Mapping[str, Any], state: str = "counted") -> Document | None:
    """Count what the call took; return what that adds to what was counted for it, None where it was counted."""
    call = repository.close_call(tx, call_id, state, {"usage": dict(usage), "closed_at": clock.now()})
    if call is None:
        return None
    more: Document = {name: usage[name] - call["usage"][name] for name in _NOTHING}
    fresh = call["state"] == "open" and bool(usage["input_tokens"] or usage["output_tokens"])
    payer = Payer(call["user_id"], call["course_id"])
    repository.add(tx, call["month"], payer.scopes, call, {**more, "calls": int(fresh)})
    return more


def presume_lost(also: Callable[[Transaction, ObjectId, Document], None], limit: int = 100) -> int:
    """Count the input of calls whose workers died; ``also`` adds it to their jobs. Return how many there were."""
    lost = repository.lost_calls(clock.now(), limit)
    for call in lost:
        mongo.transaction(lambda tx, call=call: _presume(tx, call, also))  # type: ignore[misc]
    return len(lost)


def _presume(tx: Transaction, call: Document, also: Callable[[Transaction, ObjectId, Document], None]) -> None:
    more = settle(tx, call["_id"], call["asked"], "presumed")
    if more and call["job_id"]:
        also(tx, call["job_id"], more)
