"""People who call the API in tests: the same calls in-process or over HTTP."""

import itertools
import json as jsonlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PASSWORD = "a long enough secret"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return jsonlib.loads(self.body)


Send = Callable[[str, str, Mapping[str, str], bytes], Answer]
"""(method, path with query, headers, body) → answer"""


@dataclass
class Person:
    """Someone at a client; nobody in particular until signed in."""

    send: Send
    email: str = ""
    id: str = ""
    access_token: str = ""
    refresh_token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | str | None = None,
    ) -> Answer:
        sent = {"content-type": "application/json", **self.headers}
        if self.access_token:
            sent["authorization"] = f"Bearer {self.access_token}"
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        body = raw if raw is not None else b"" if json is None else jsonlib.dumps(json)
        return self.send(method, path, sent, body.encode() if isinstance(body, str) else body)

    def get(self, path: str, **more: Any) -> Answer:
        return self.call("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Answer:
        return self.call("POST", path, json, **more)

    def put(self, path: str, json: Any = None, **more: Any) -> Answer:
        return self.call("PUT", path, json, **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> Answer:
        return self.call("PATCH", path, json, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.call("DELETE", path, **more)

    def sign_in(self) -> None:
        answer = self.post("/auth/login", {"email": self.email, "password": PASSWORD})
        assert answer.status == 200, answer.text
        self.access_token = answer.json["access_token"]
        self.refresh_token = answer.json["refresh_token"]


@dataclass
class Api:
    """A running API; ``set_role`` is what the first admin would do."""

    send: Send
    set_role: Callable[[str, str], None]

    @property
    def anonymous(self) -> Person:
        return Person(self.send)

    def person(self, role: str = "student") -> Person:
        """Register somebody new and sign them in."""
        someone = Person(self.send, email=f"person{next(_numbers)}.{os.getpid()}@example.org")
        answer = someone.post("/auth/register", {"email": someone.email, "name": "Some Body", "password": PASSWORD})
        assert answer.status == 201, answer.text
        someone.id = answer.json["user"]["id"]
        if role != "student":
            self.set_role(someone.id, role)
        someone.sign_in()
        return someone
