"""What AI took in a month, in plain figures, and what is left of the budget."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bson import ObjectId

from lms import clock
from lms.errors import Invalid
from lms.jobs import tally
from lms.mongo import Document
from lms.spending import budgets, repository, tasks
from lms.spending.budgets import Limit
from lms.spending.scopes import PLATFORM, Payer, bounds, month_of, of_course, of_user

Scope = Literal["platform", "user", "course"]

_FIGURES = ("calls", "input_tokens", "output_tokens", "cost_usd")


def of(scope: Scope, subject_id: ObjectId | None, month: str | None) -> Document:
    """Of ``month``, the present one where none is named. Raise 422 for one before 2000 or yet to come."""
    month = _month(month)
    begin, end = bounds(month)
    name = _name(scope, subject_id)
    spent = repository.months(month, [name]).get(name, {})
    jobs = _jobs(scope, subject_id, begin, end)
    limit = _limit(scope, subject_id, name) if month == month_of(clock.now()) else None
    lines = list(spent.get("lines", {}).values())
    sums = _by("task", lines)
    by_task = [{**sums.get(task, {}), "task": task, "jobs": jobs.get(task, 0)} for task in tasks.ALL]
    return {
        **{figure: spent[figure] for figure in _FIGURES if figure in spent},
        "scope": scope,
        "id": subject_id,
        "month": month,
        "resets_at": end,
        "jobs": sum(jobs.values()),
        "budget": limit,
        "left": left(limit, spent) if limit else None,
        "by_task": by_task,
        "by_model": [{**row, "model": model} for model, row in sorted(_by("model", lines).items())],
        "by_day": [{**row, "day": day} for day, row in sorted(_by("day", lines).items())],
    }


def _month(month: str | None) -> str:
    present = month_of(clock.now())
    if month is not None and not "2000-01" <= month <= present:
        raise Invalid(errors=[{"pointer": "?month", "message": "lies before 2000 or in the future"}])
    return month or present


def _name(scope: Scope, subject_id: ObjectId | None) -> str:
    if subject_id is None:
        return PLATFORM
    return of_user(subject_id) if scope == "user" else of_course(subject_id)


def _jobs(scope: Scope, subject_id: ObjectId | None, begin: Any, end: Any) -> dict[str, int]:
    field = {"user": "owner_id", "course": "course_id"}.get(scope)
    counts = tally.by_kind({field: subject_id} if field else {}, begin, end, list(tasks.OF_KIND))
    return {tasks.OF_KIND[kind]: count for kind, count in counts.items()}


def _limit(scope: Scope, subject_id: ObjectId | None, name: str) -> Limit | None:
    nobody = ObjectId("0" * 24)
    payer = Payer(subject_id or nobody) if scope != "course" else Payer(nobody, subject_id)
    return budgets.limits(payer).get(name)


def left(limit: Limit, spent: Mapping[str, Any]) -> Document:
    """What is neither spent nor set aside for calls that run at this moment."""
    now = clock.now()
    running = [row for row in spent.get("reserved", ()) if row["until"] > now]
    taken = budgets.tokens(spent) + sum(row["tokens"] for row in running)
    paid = spent.get("cost_usd", 0.0) + sum(row["usd"] for row in running)
    return {
        "tokens": None if limit["tokens"] is None else max(0, limit["tokens"] - taken),
        "usd": None if limit["usd"] is None else max(0.0, limit["usd"] - paid),
    }


def left_to(payer: Payer) -> list[Document]:
    """What is left this month of each budget that holds for the payer, by its ``scope``."""
    limits = budgets.limits(payer)
    spent = repository.months(month_of(clock.now()), list(limits)) if limits else {}
    return [{"scope": name.partition(":")[0], **left(limit, spent.get(name, {}))} for name, limit in limits.items()]


def _by(field: str, lines: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    sums: dict[str, dict[str, float]] = {}
    for line in lines:
        own = sums.setdefault(line[field], dict.fromkeys(_FIGURES, 0))
        for figure in _FIGURES:
            own[figure] += line.get(figure, 0)
    return sums
