"""The demo school's accounts."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import pymongo

from infra.local.api_client import ApiClient, ApiError


@dataclass(frozen=True)
class Account:
    """Someone who can log in. `role` is the global role."""

    email: str
    name: str
    password: str
    role: str


INSTRUCTOR = Account("instructor@example.org", "Demo Instructor", "teach-something-good", "instructor")
LEARNER = Account("learner@example.org", "Demo Learner", "learn-something-new", "student")
ACCOUNTS = (INSTRUCTOR, LEARNER)


async def seed(session: aiohttp.ClientSession, url: str, database: pymongo.database.Database[Any]) -> None:
    """Register the demo accounts over the API; those that are there already stay as they are."""
    api = ApiClient(session, url)
    for account in ACCOUNTS:
        person = {"email": account.email, "name": account.name, "password": account.password}
        try:
            await api.call("POST", "/auth/register", person)
        except ApiError as error:
            if error.status != HTTPStatus.CONFLICT:
                raise
    # The first instructor has nobody who could appoint them, so the API cannot.
    database.users.update_one({"email": INSTRUCTOR.email}, {"$set": {"role": INSTRUCTOR.role}})
