"""A person's WebSocket in tests, and waiting for what must come."""

import json
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.people import Person

T = TypeVar("T")


def eventually(look: Callable[[], T], *, seconds: float = 60) -> T:
    """Look again and again until there is something; fail after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"waited {seconds} s in vain; last seen: {found!r}"
        time.sleep(0.05)


def ticket(person: Person) -> str:
    answer = person.post("/notifications/ticket")
    assert answer.status in (200, 201), answer.text
    return answer.json["ticket"]


class Follower:
    """A connection that keeps all that comes."""

    def __init__(self, person: Person, ws_url: str, given_ticket: str | None = None) -> None:
        self.messages: list[dict[str, Any]] = []
        self.connection: ClientConnection = connect(
            f"{ws_url}?ticket={given_ticket or ticket(person)}", legacy=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            for message in self.connection:
                self.messages.append(json.loads(message))
        except ConnectionClosed:
            pass

    def send(self, **message: object) -> None:
        self.connection.send(json.dumps(message))

    def wait_for(self, type: str, *, seconds: float = 60) -> dict[str, Any]:
        return eventually(lambda: next(iter(self.of(type)), None), seconds=seconds)

    def of(self, type: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == type]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()


UNFINISHED = ("queued", "running")


def finished(person: Person, job_id: str, *, seconds: float = 120) -> dict[str, Any]:
    """The job once it has ended, however it ended."""

    def look() -> dict[str, Any] | None:
        job = person.get(f"/jobs/{job_id}")
        return job.json if job.status == 200 and job.json["status"] not in UNFINISHED else None

    return eventually(look, seconds=seconds)
