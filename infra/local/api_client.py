"""A client of the stack's own HTTP API, for seeding and for the demo."""

from collections.abc import Mapping
from typing import Any

import aiohttp


class ApiError(Exception):
    """The API answered with a problem; `status` is the HTTP status."""

    def __init__(self, method: str, path: str, status: int, body: Any) -> None:
        detail = body.get("detail") or body.get("title") or body.get("message") if isinstance(body, dict) else body
        super().__init__(f"{method} {path} answered {status}: {detail}")
        self.status = status


class ApiClient:
    """Calls the API at `url`; after `log_in`, with a bearer token."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.token = ""
        self._session = session
        self._url = url

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON. ApiError for a status of 400 and above."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._session.request(method, self._url + path, json=body, headers=headers) as response:
            answer = await response.json(content_type=None)
            if response.status >= 400:
                raise ApiError(method, path, response.status, answer)
            return answer

    async def log_in(self, email: str, password: str) -> None:
        """Take a new access token."""
        tokens = await self.call("POST", "/auth/login", {"email": email, "password": password})
        self.token = tokens["access_token"]
