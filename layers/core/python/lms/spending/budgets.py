"""Budgets: how many tokens, and how many US dollars, models may take in a month.

There is one for the platform, one for each person and one for each course; a person or course may have one of their
own instead. Where no limit is set, none holds. A model without a listed price counts as free: set tokens for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lms import audit, clock, events, mongo
from lms.errors import DomainError, PreconditionFailed
from lms.fields import rfc3339
from lms.mongo import Document, Transaction
from lms.spending import repository
from lms.spending.scopes import PLATFORM, Payer, bounds, month_of, of_course, of_user

if TYPE_CHECKING:
    from bson import ObjectId

    from lms.spending.models.budgets import BudgetsBody

Limit = Mapping[str, Any]
"""``tokens`` and ``usd``, each None where it does not limit."""

_UNWRITTEN: Document = {
    "platform": None,
    "per_user": None,
    "per_course": None,
    "users": {},
    "courses": {},
    "version": 0,
}


class BudgetExceeded(DomainError):
    """The month's budget of ``scope`` is used up, or what is left of it does not reach for the call."""

    status, code, title = 429, "BUDGET_EXCEEDED", "The month's AI budget is used up"

    def __init__(self, scope: str, limit: Limit, month: str, spent: Mapping[str, Any]) -> None:
        _, resets_at = bounds(month)
        kind = scope.partition(":")[0]
        super().__init__(
            f"The {kind}'s AI budget for {month} is used up: {_told(limit, spent)}. "
            f"It begins anew at {rfc3339(resets_at)}.",
            headers={"Retry-After": str(math.ceil((resets_at - clock.now()).total_seconds()))},
            scope=kind,
            month=month,
            budget={name: limit[name] for name in ("tokens", "usd")},
            used={"tokens": tokens(spent), "usd": spent.get("cost_usd", 0.0)},
            resets_at=rfc3339(resets_at),
        )


def _told(limit: Limit, spent: Mapping[str, Any]) -> str:
    parts = []
    if limit["tokens"] is not None:
        parts.append(f"{tokens(spent)} of {limit['tokens']} tokens")
    if limit["usd"] is not None:
        parts.append(f"{spent.get('cost_usd', 0.0):.4f} of {limit['usd']:.4f} US dollars")
    return " and ".join(parts)


def tokens(spent: Mapping[str, Any]) -> int:
    return int(spent.get("input_tokens", 0) + spent.get("output_tokens", 0))


def of() -> Document:
    """As admins have set them; as it is where nobody ever did: no limits."""
    return _UNWRITTEN | (repository.all_budgets() or {})


def change(actor_id: ObjectId, new: BudgetsBody, expected: int | None) -> Document:
    """Replace all of them. What they are already changes nothing. Raise 412 where they are no longer at the
    ``expected`` version."""
    fields = new.model_dump()

    def work(tx: Transaction) -> Document:
        before = _UNWRITTEN | (repository.all_budgets(tx) or {})
        if expected is not None and before["version"] != expected:
            raise PreconditionFailed()
        if {name: before[name] for name in fields} == fields:
            return before
        after = repository.save_budgets(tx, {**fields, "updated_at": clock.now()})
        changed = sorted(name for name in fields if before[name] != fields[name])
        events.record(tx, "ai_budgets.updated", actor=actor_id, subject=actor_id, fields=changed)
        audit.record(tx, "ai_budgets.update", actor=actor_id, target=actor_id, before=_plain(before), after=fields)
        return after

    return mongo.transaction(work)


def _plain(budgets: Mapping[str, Any]) -> Document:
    return {name: budgets[name] for name in _UNWRITTEN if name != "version"}


def limits(payer: Payer, tx: Transaction | None = None) -> dict[str, Limit]:
    """By scope, those that hold for the payer."""
    found = repository.budgets_for(*payer, tx)
    user, course = (found.get(name, {}) for name in ("users", "courses"))
    each = {
        PLATFORM: found.get("platform"),
        of_user(payer.user_id): user.get(str(payer.user_id), found.get("per_user")),
    }
    if payer.course_id:
        each[of_course(payer.course_id)] = course.get(str(payer.course_id), found.get("per_course"))
    return {scope: limit for scope, limit in each.items() if limit and is_limited(limit)}


def is_limited(limit: Limit) -> bool:
    return limit["tokens"] is not None or limit["usd"] is not None


def require_left(payer: Payer, tx: Transaction | None = None) -> None:
    """Raise 429 BUDGET_EXCEEDED where a budget that holds for the payer is used up. Costs a look at the budgets,
    and one at what was spent where there are any."""
    found = limits(payer, tx)
    if not found:
        return
    month = month_of(clock.now())
    spent = repository.months(month, list(found), tx)
    for scope, limit in found.items():
        if is_used_up(limit, spent.get(scope, {})):
            raise BudgetExceeded(scope, limit, month, spent.get(scope, {}))


def is_used_up(limit: Limit, spent: Mapping[str, Any]) -> bool:
    out_of_tokens = limit["tokens"] is not None and tokens(spent) >= limit["tokens"]
    return out_of_tokens or (limit["usd"] is not None and spent.get("cost_usd", 0.0) >= limit["usd"])
