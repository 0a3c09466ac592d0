"""Invitations: a link that gives whoever follows it a role, in a course or in the institution.

The token is shown once and kept as its hash; the address that an invitation is for is kept as a MAC under that
token, so that a copy of the database gives away neither. An invitation speaks for who made it: it holds for as long
as they could make it anew.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import audit, clock, events, mongo
from lms.auth import accounts, repository, roles
from lms.caller import Caller
from lms.courses import staff
from lms.courses.access import enter, role_in
from lms.enrollment import enrollment
from lms.enrollment.appointment import appoint
from lms.enrollment.states import EnrollmentSource
from lms.errors import Forbidden, NotFound
from lms.mongo import Document, Transaction
from lms.permissions import IN_COURSE, CourseRole, Role

if TYPE_CHECKING:
    from lms.auth.models import NewInvitation

_TOKEN_BYTES = 32
_RISING = (CourseRole.LEARNER, CourseRole.ASSISTANT, CourseRole.INSTRUCTOR, CourseRole.OWNER)
_RISING_GLOBALLY = (Role.STUDENT, Role.INSTRUCTOR, Role.ADMIN)


def create(who: Caller, new: NewInvitation) -> Document:
    """The invitation with its ``token``, which nobody can ask for again.

    Raise 404 or 403 as a change of the course would, 403 for a global role where ``who`` is no admin.
    """
    _require_right(who, course_id := ObjectId(new.course_id) if new.course_id else None)
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), clock.now()
    invitation: Document = {
        "_id": ObjectId(),
        "token_hash": _hash(token),
        "course_id": course_id,
        "role": new.role,
        "email_mac": _mac(token, new.email) if new.email else None,
        "uses_left": new.uses,
        "created_by": who.id,
        "created_at": now,
        "expires_at": now + timedelta(days=new.expires_in_days),
        "withdrawn_at": None,
    }

    def work(tx: Transaction) -> None:
        repository.add_invitation(tx, invitation)
        _record(tx, "create", who, invitation)

    mongo.transaction(work)
    return {**invitation, "token": token}


def read(token: str) -> Document:
    """What the invitation is for, with its ``course_title``. Raise 404 where it can be used no more."""
    invitation = _standing(token)
    if invitation["uses_left"] < 1:
        raise NotFound()
    return invitation


def accept(who: Caller, token: str) -> Document:
    """Give ``who`` the role: ``course_id``, ``role`` as it now is, and a learner's ``status``, waiting where all
    seats are taken.

    Who has that role already, or a higher one, keeps it and uses nothing up. Raise 404 where the invitation can be
    used no more, 403 INVITATION_FOR_ANOTHER, 409 COURSE_FULL.
    """

    def work(tx: Transaction) -> Document:
        invitation = _standing(token, tx)
        account = accounts.account(who.id, tx)
        if invitation["email_mac"] and not hmac.compare_digest(
            invitation["email_mac"], _mac(token, account["email"])
        ):
            raise Forbidden("This invitation is for another address", code="INVITATION_FOR_ANOTHER")
        given = _give(tx, who, account, invitation)
        if given["fresh"]:
            if not repository.use_invitation(tx, invitation["_id"]):
                raise NotFound()
            _record(tx, "accept", who, invitation)
        return {"course_id": invitation["course_id"], **given}

    return mongo.transaction(work)


def withdraw(who: Caller, token: str) -> None:
    """End an invitation that ``who`` could make; ending an ended one changes nothing. Raise 404 for an unknown one,
    404 or 403 where ``who`` could not make it."""
    invitation = repository.invitation(_hash(token))
    if invitation is None:
        raise NotFound()
    _require_right(who, invitation["course_id"])

    def work(tx: Transaction) -> None:
        if repository.withdraw_invitation(tx, invitation["_id"], clock.now()):
            _record(tx, "withdraw", who, invitation)

    mongo.transaction(work)


def _require_right(who: Caller, course_id: ObjectId | None) -> None:
    if course_id:
        enter(who, course_id, "course.edit")
    elif who.role is not Role.ADMIN:
        raise Forbidden()


def _standing(token: str, tx: Transaction | None = None) -> Document:
    """The invitation, if it has neither expired nor been withdrawn and its maker still has the right to it; with
    its ``course``, None for a global role, and its ``course_title``."""
    found = repository.invitation(_hash(token), tx)
    if found is None or found["withdrawn_at"] or found["expires_at"] <= clock.now() or not _is_backed(found):
        raise NotFound()
    return {**found, "course_title": found["course"] and found["course"]["title"]}


def _is_backed(found: Document) -> bool:
    if found["maker"] is None:
        return False
    # As if they called now.
    maker = Caller(found["created_by"], Role(found["maker"]["role"]), session_id=found["_id"])
    if found["course_id"] is None:
        return maker.role is Role.ADMIN
    return found["course"] is not None and role_in(found["course"], maker) in IN_COURSE["course.edit"]


def _give(tx: Transaction, who: Caller, account: Document, invitation: Document) -> Document:
    """``fresh`` says whether this changed anything."""
    if invitation["course_id"] is None:
        return _give_globally(tx, account, Role(invitation["role"]), invitation["_id"])
    return _give_in_course(tx, who, invitation, CourseRole(invitation["role"]))


def _give_globally(tx: Transaction, account: Document, invited: Role, invitation_id: ObjectId) -> Document:
    present = Role(account["role"])
    if _RISING_GLOBALLY.index(present) >= _RISING_GLOBALLY.index(invited):
        return {"role": present, "fresh": False}
    roles.give(tx, account["_id"], invited, actor=account["_id"], invitation_id=invitation_id)
    return {"role": invited, "fresh": True}


def _give_in_course(tx: Transaction, who: Caller, invitation: Document, invited: CourseRole) -> Document:
    course_id = invitation["course_id"]
    present = staff.role_of(invitation["course"], who.id)
    if present and _RISING.index(present) >= _RISING.index(invited):
        return {"role": present, "fresh": False}
    if invited is CourseRole.LEARNER:
        enrolled = enrollment.enroll(tx, course_id, who.id, by=who.id, source=EnrollmentSource.INVITATION)
        return {"role": invited, "status": enrolled["status"], "fresh": enrolled["fresh"]}
    appoint(tx, course_id, who.id, invited, by=who.id, invitation_id=invitation["_id"])
    return {"role": invited, "fresh": True}


def _record(tx: Transaction, verb: str, who: Caller, invitation: Document) -> None:
    detail: dict[str, Any] = {"course_id": invitation["course_id"], "role": invitation["role"]}
    past = {"create": "created", "accept": "accepted", "withdraw": "withdrawn"}[verb]
    events.record(tx, f"invitation.{past}", actor=who.id, subject=invitation["_id"], **detail)
    audit.record(tx, f"invitation.{verb}", actor=who.id, target=invitation["_id"], **detail)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _mac(token: str, email: str) -> str:
    return hmac.new(token.encode(), f"invitation {email}".encode(), hashlib.sha256).hexdigest()
