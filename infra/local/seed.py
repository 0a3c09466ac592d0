"""The demo school's accounts."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from infra.local.api_client import ApiClient, ApiError
from infra.local.stack import Stack


@dataclass(frozen=True)
class Account:
    """Someone who can log in. `role` is the global role."""

    email: str
    name: str
    password: str
    role: str


ADMIN = Account("admin@example.org", "Demo Admin", "keep-the-school-running", "admin")
INSTRUCTOR = Account("instructor@example.org", "Demo Instructor", "teach-something-good", "instructor")
LEARNER = Account("learner@example.org", "Demo Learner", "learn-something-new", "student")
ACCOUNTS = (ADMIN, INSTRUCTOR, LEARNER)


async def seed(session: aiohttp.ClientSession, stack: Stack) -> None:
    """Register the demo accounts over the API and give them their roles; those that are there already stay as they
    are."""
    api = ApiClient(session, stack.url)
    if await _register(api, ADMIN):
        stack.invoke("AppointAdminFunction", {"email": ADMIN.email, "force": True})
    if instructor := await _register(api, INSTRUCTOR):
        await api.log_in(ADMIN.email, ADMIN.password)
        await api.call("PUT", f"/users/{instructor['id']}/role", {"role": INSTRUCTOR.role})
    await _register(api, LEARNER)


async def _register(api: ApiClient, account: Account) -> dict[str, Any] | None:
    """The new user; None where the address is taken."""
    person = {"email": account.email, "name": account.name, "password": account.password}
    try:
        user: dict[str, Any] = (await api.call("POST", "/auth/register", person))["user"]
    except ApiError as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        return None
    return user
