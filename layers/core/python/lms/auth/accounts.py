"""Registering and reading an account."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from lms import audit, clock, events, mongo
from lms.auth import passwords, repository
from lms.cursors import decode_cursor, not_a_cursor
from lms.errors import Conflict, Unauthenticated
from lms.mongo import Document, Transaction
from lms.permissions import Role

if TYPE_CHECKING:
    from lms.auth.models import Registration


def register(registration: Registration) -> Document:
    """Raise 409 EMAIL_TAKEN, also where two register the same address at once."""
    passwords.check_new(registration.password, email=registration.email, name=registration.name)
    user: Document = {
        "_id": ObjectId(),
        "email": registration.email,
        "name": registration.name,
        "password_hash": passwords.hash_new(registration.password),
        "role": Role.STUDENT,
        "created_at": clock.now(),
    }

    def add(tx: Transaction) -> None:
        repository.add_user(tx, user)
        events.record(tx, "user.registered", actor=user["_id"], subject=user["_id"])
        audit.record(tx, "user.register", actor=user["_id"], target=user["_id"])

    try:
        mongo.transaction(add)
    except DuplicateKeyError:
        raise Conflict("There is an account with this address", code="EMAIL_TAKEN") from None
    return user


def accounts(email_prefix: str, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` accounts in the order of their addresses, of those that begin with ``email_prefix``."""
    after = decode_cursor(cursor) if cursor else ""
    if not isinstance(after, str) or not after.isprintable():
        raise not_a_cursor()
    return repository.users_by_email(unicodedata.normalize("NFC", email_prefix).lower(), after, limit)


def account(user_id: ObjectId, tx: Transaction | None = None) -> Document:
    user = repository.user_by_id(user_id, tx)
    if user is None:
        raise Unauthenticated("The account is gone")
    return user


def exists(user_id: ObjectId) -> bool:
    return bool(repository.users_with([user_id], ["_id"]))
