"""Requests and responses of the auth endpoints."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from lms.fields import Body, DocumentId, Line, Moment, Resource
from lms.permissions import Role


def _address(text: str) -> str:
    """In small letters; no further folding: straße@ and strasse@ are two people."""
    local, _, domain = text.partition("@")
    hidden = any(unicodedata.category(char)[0] in "CZ" for char in text)
    if not local or "@" in domain or "." not in domain.strip(".") or hidden:
        raise ValueError("is not an email address")
    return unicodedata.normalize("NFC", text).lower()


Email = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=6, max_length=254), AfterValidator(_address)
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class Registration(Body):
    email: Email
    name: Line
    password: Password


class Credentials(Body):
    email: Email
    password: Password


class RefreshRequest(Body):
    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class RoleChange(Body):
    role: Role


class Appointment(Body):
    """What the one-off function ``appoint_admin`` is invoked with."""

    email: Email
    force: Annotated[bool, Field(strict=True)] = False


class User(Resource):
    id: DocumentId
    email: str
    name: str
    role: Role
    created_at: Moment


class Registered(Resource):
    user: User


class Tokens(Resource):
    """``expires_in`` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    user: User
