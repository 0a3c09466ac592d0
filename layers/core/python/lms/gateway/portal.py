"""The portal: the contract's documents and the pages made from them, as one ASGI application."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from lms.config import settings
from lms.gateway import health
from lms.gateway.page import Page
from lms.gateway.reference import reference
from lms.gateway.similarity_page import similarity_page
from lms.gateway.status_page import status_page

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

ROUTES = ("/openapi.json", "/asyncapi.json", "/docs", "/similarity", "/status")

_FOR_FIVE_MINUTES = "public, max-age=300"


@dataclass(frozen=True)
class _Answer:
    status: int
    content_type: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Portal:
    """Serves ``ROUTES``; ``contract`` is the folder of openapi.json and asyncapi.json."""

    def __init__(self, contract: Path) -> None:
        self._contract = contract
        self._reference = lru_cache(maxsize=4)(self._make_reference)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope)
        headers = {
            "content-type": answer.content_type,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            **answer.headers,
        }
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": answer.body})

    def _answer(self, scope: Scope) -> _Answer:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        match "/" + scope["path"].strip("/"):
            case "/openapi.json" | "/asyncapi.json" as path:
                return _tagged((self._contract / path.lstrip("/")).read_bytes(), "application/json", headers)
            case "/docs":
                made = self._reference(settings().api_url or f"{scope['scheme']}://{headers.get('host', '')}")
                return _tagged(made.html.encode(), "text/html; charset=utf-8", headers, made.policy)
            case "/similarity":
                made = similarity_page()
                return _tagged(made.html.encode(), "text/html; charset=utf-8", headers, made.policy)
            case "/status":
                made = status_page(health.services())
                kept = {"cache-control": "no-store", "content-security-policy": made.policy}
                return _Answer(200, "text/html; charset=utf-8", made.html.encode(), kept)
        missing = {"type": "about:blank", "title": "Not found", "status": 404, "code": "NOT_FOUND"}
        return _Answer(404, "application/problem+json", json.dumps(missing).encode())

    def _make_reference(self, base_url: str) -> Page:
        return reference(json.loads((self._contract / "openapi.json").read_bytes()), base_url)


def _tagged(body: bytes, content_type: str, asked: Mapping[str, str], policy: str = "") -> _Answer:
    """200, or 304 to a client that has just this body."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": _FOR_FIVE_MINUTES}
    if policy:
        headers["content-security-policy"] = policy
    if tag in [each.strip().removeprefix("W/") for each in asked.get("if-none-match", "").split(",")]:
        return _Answer(304, content_type, headers=headers)
    return _Answer(200, content_type, body, headers)
