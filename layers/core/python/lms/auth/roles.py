"""A person's role in the institution: as it stands, who changes it, and that one admin always remains.

A token says the role that held when it was made, and lives for some minutes more. So an admin's token is held
against the present role at each request (``lms.caller``): a demotion takes an admin's rights at once, an
instructor's with their next token. Sessions go on, since every refresh reads the role anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bson import ObjectId

from lms import audit, events, mongo
from lms.auth import repository
from lms.errors import Conflict, NotFound, Unauthenticated
from lms.mongo import Document, Transaction
from lms.permissions import Role

if TYPE_CHECKING:
    from lms.auth.models import Appointment


def present(user_id: ObjectId) -> Role:
    """Raise 401 where the account is gone."""
    user = repository.user_by_id(user_id)
    if user is None:
        raise Unauthenticated("The account is gone")
    return Role(user["role"])


def change(actor_id: ObjectId, user_id: ObjectId, role: Role) -> Document:
    """Raise 404 for an unknown person, 409 LAST_ADMIN where nobody would be left to appoint anyone."""
    return mongo.transaction(lambda tx: give(tx, user_id, role, actor=actor_id))


def give(
    tx: Transaction, user_id: ObjectId, role: Role, *, actor: ObjectId | None, **occasion: ObjectId
) -> Document:
    """As ``change``, inside ``tx``; giving the role that a person has records nothing."""
    user = repository.set_role(tx, user_id, role)
    if user is None:
        raise NotFound()
    former = Role(user["role"])
    if former is Role.ADMIN and role is not Role.ADMIN and not repository.hold_an_admin(tx):
        raise Conflict("Appoint another admin first: this is the only one", code="LAST_ADMIN")
    if former is not role:
        detail = {"former": former, "role": role, **occasion}
        events.record(tx, "user.role_changed", actor=actor, subject=user_id, **detail)
        audit.record(tx, "user.change_role", actor=actor, target=user_id, **detail)
    return {**user, "role": role}


def appoint_admin(appointment: Appointment) -> Document:
    """Make an account's owner an admin on behalf of whoever runs the deployment, whom no account stands for.

    Raise 404 where nobody has registered with the address, 409 ADMIN_EXISTS where another could appoint them;
    ``force`` is for when that one has lost their account.
    """

    def work(tx: Transaction) -> Document:
        user = repository.user_by_email(appointment.email, tx)
        if user is None:
            raise NotFound("Nobody has registered with this address", code="NO_ACCOUNT")
        if user["role"] != Role.ADMIN and not appointment.force and repository.hold_an_admin(tx):
            raise Conflict("There is an admin, who can appoint others", code="ADMIN_EXISTS")
        return give(tx, user["_id"], Role.ADMIN, actor=None)

    return mongo.transaction(work)
