"""What a piece of code asks of MongoDB: each command as it was sent, and the plan that MongoDB makes for it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from pymongo import monitoring
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from lms import mongo

_EXPLAINABLE = {"find", "aggregate", "count", "distinct", "update", "delete", "findAndModify"}
_STATEMENTS = {"update": "updates", "delete": "deletes"}
_OF_THE_SESSION = {
    "lsid",
    "txnNumber",
    "startTransaction",
    "autocommit",
    "readConcern",
    "writeConcern",
    "maxTimeMS",
}


@dataclass(frozen=True)
class Command:
    """One round trip."""

    name: str
    body: Mapping[str, Any]

    @property
    def collection(self) -> str:
        return str(self.body[self.name])

    def plan(self) -> dict[str, Any]:
        """How MongoDB runs it, down to the joined collections. Writes are planned, not done."""
        (plan,) = self.plans()
        return plan

    def plans(self) -> list[dict[str, Any]]:
        """A plan for each statement: a bulk write sends many at once, and MongoDB explains one at a time."""
        body = {k: v for k, v in self.body.items() if k not in _OF_THE_SESSION and not k.startswith("$")}
        statements = _STATEMENTS.get(self.name)
        bodies = [{**body, statements: [each]} for each in body[statements]] if statements else [body]
        return [mongo.database().command("explain", each, verbosity="executionStats") for each in bodies]

    @property
    def scans_a_collection(self) -> bool:
        return self.name in _EXPLAINABLE and any(map(_scans, self.plans()))

    @property
    def indexes(self) -> set[str]:
        """The names of the indexes that it walks, its own collection's and joined ones'."""
        return set().union(*map(_indexes, self.plans()))


def _scans(plan: Any) -> bool:
    """Whether any stage walks a whole collection: to find documents, or to join them."""
    if isinstance(plan, Mapping):
        here = plan.get("stage") == "COLLSCAN" or plan.get("strategy") in ("NestedLoopJoin", "HashJoin")
        return here or bool(plan.get("collectionScans")) or any(_scans(inner) for inner in plan.values())
    return isinstance(plan, list) and any(_scans(inner) for inner in plan)


def _indexes(plan: Any) -> set[str]:
    if isinstance(plan, Mapping):
        here = {plan["indexName"]} if isinstance(plan.get("indexName"), str) else set()
        return here.union(*map(_indexes, plan.values()))
    return set().union(*map(_indexes, plan)) if isinstance(plan, list) else set()


class _Recorder(CommandListener):
    def __init__(self) -> None:
        self.logs: list[list[Command]] = []

    def started(self, event: CommandStartedEvent) -> None:
        for log in self.logs:
            log.append(Command(event.command_name, dict(event.command)))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


@cache
def _recorder() -> _Recorder:
    """Listening from now on: a client tells those alone who were registered before it was made."""
    recorder = _Recorder()
    monitoring.register(recorder)
    mongo.client().close()
    for cached in (mongo.client, mongo.database, mongo._live):
        cached.cache_clear()
    return recorder


@contextmanager
def recorded() -> Iterator[list[Command]]:
    """The commands that ``lms`` sends inside the block, in their order."""
    log: list[Command] = []
    recorder = _recorder()
    recorder.logs.append(log)
    try:
        yield log
    finally:
        recorder.logs[:] = [other for other in recorder.logs if other is not log]
