"""Fires the functions' schedules by the stack's own clock."""

import json
import logging
import threading
import uuid
from datetime import datetime
from typing import Any

from infra.local.clock import Clock
from infra.local.deployment import Deployment, FunctionSpec, ScheduleSource
from infra.local.event_sources import Invoker, invoke
from infra.local.schedule_expressions import next_firing
from infra.local.template import ACCOUNT, REGION

_log = logging.getLogger(__name__)
_LONGEST_WAIT_SECONDS = 3600.0


class Schedules:
    """Runs each enabled schedule when it is due. When the clock jumps, a schedule that came due several times
    in between fires once."""

    def __init__(self, deployment: Deployment, workers: Invoker, clock: Clock) -> None:
        self._entries = {
            source.name: (function, source)
            for function in deployment.functions.values()
            for source in function.schedules
        }
        self._workers = workers
        self._clock = clock
        self._changed = threading.Condition()
        self._stopping = False
        clock.watch(lambda _: self._wake())

    @property
    def names(self) -> list[str]:
        """The schedules' names, disabled ones included."""
        return list(self._entries)

    def start(self) -> None:
        """Begin to watch the clock, in a thread."""
        started = self._clock.now()
        threading.Thread(target=self._run, args=[started], name="schedules", daemon=True).start()

    def stop(self) -> None:
        """Fire no more."""
        self._stopping = True
        self._wake()

    def fire(self, name: str) -> Any:
        """Run a schedule's function at once, enabled or not, and return its result. `name` is the schedule's,
        or its function's logical id; KeyError for neither."""
        function, source = self._find(name)
        return invoke(self._workers, function, scheduled_event(source, self._clock.now()))

    def _find(self, name: str) -> tuple[FunctionSpec, ScheduleSource]:
        for schedule, entry in self._entries.items():
            if name in (schedule, entry[0].logical_id):
                return entry
        raise KeyError(f"no schedule {name}; there are {', '.join(self._entries)}")

    def _run(self, started: datetime) -> None:
        due = {name: _next(source, started) for name, (_, source) in self._entries.items() if source.enabled}
        # Held while looking at the clock, so that no change of it goes unseen before the wait.
        with self._changed:
            while not self._stopping:
                now = self._clock.now()
                for name in [name for name, moment in due.items() if moment and moment <= now]:
                    threading.Thread(target=self._fire_quietly, args=[name], daemon=True).start()
                    due[name] = _next(self._entries[name][1], now)
                waits = [(moment - now).total_seconds() for moment in due.values() if moment]
                self._changed.wait(min([_LONGEST_WAIT_SECONDS, *waits]))

    def _fire_quietly(self, name: str) -> None:
        try:
            self.fire(name)
        except Exception:
            if not self._stopping:
                _log.exception("the schedule %s failed", name)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


def _next(source: ScheduleSource, after: datetime) -> datetime | None:
    return next_firing(source.expression, after, source.time_zone)


def scheduled_event(source: ScheduleSource, at: datetime) -> Any:
    """The event of one firing: the schedule's own input if it has one."""
    if source.input is not None:
        return json.loads(source.input)
    service, resource = ("events", "rule") if source.rule else ("scheduler", "schedule/default")
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": f"aws.{service}",
        "account": ACCOUNT,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}/{source.name}"],
        "detail": {} if source.rule else "{}",
    }
