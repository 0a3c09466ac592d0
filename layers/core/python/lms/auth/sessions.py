"""Signing in, staying signed in, signing out.

A session is a family of refresh tokens. Each refresh moves it one generation on. A token of an older generation
is a replay and ends the family, but for the one before the current within the grace: then the answer was lost on
its way, and the same token is given again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bson import ObjectId

from lms import audit, clock, events, mongo
from lms.auth import passwords, repository, tokens
from lms.config import settings
from lms.errors import Unauthenticated
from lms.mongo import Document, Transaction
from lms.permissions import Role

if TYPE_CHECKING:
    from lms.auth.models import Credentials


def login(credentials: Credentials) -> Document:
    user = repository.user_by_email(credentials.email)
    if not passwords.matches(credentials.password, user["password_hash"] if user else None) or user is None:
        raise Unauthenticated("The address or the password is wrong", code="WRONG_CREDENTIALS")
    now = clock.now()
    session = {
        "_id": ObjectId(),
        "user_id": user["_id"],
        "generation": 1,
        "created_at": now,
        "rotated_at": now,
        "expires_at": now + timedelta(days=settings().refresh_token_days),
        "revoked_at": None,
    }

    def start(tx: Transaction) -> None:
        repository.add_session(tx, session)
        events.record(tx, "session.started", actor=user["_id"], subject=session["_id"])
        audit.record(tx, "session.start", actor=user["_id"], target=session["_id"])

    mongo.transaction(start)
    return _tokens(user, session)


def refresh(token: str) -> Document:
    """Raise 401 for a token that is unknown, ended or replayed; a replay ends the session.

    The session moves on last: whatever fails before leaves the client a token that still works.
    """
    presented = _read(token)
    now = clock.now()
    session, user = _live(presented.session_id, now)
    if session["generation"] == presented.generation:
        moved = repository.advance_session(presented.session_id, presented.generation, now)
        # Where another request of the same client moved it meanwhile, its answer is this one's too.
        session = moved or _live(presented.session_id, now)[0]
    in_grace = now - session["rotated_at"] <= timedelta(seconds=settings().refresh_grace_seconds)
    if session["generation"] != presented.generation + 1 or not in_grace:
        _end(session, "refresh token replayed")
        raise _ended("REFRESH_REPLAYED")
    return _tokens(user, session)


def logout(token: str) -> None:
    """End the session; ending an ended one changes nothing."""
    session = repository.session_by_id(_read(token).session_id)
    if session:
        _end(session, "logout")


def _read(token: str) -> tokens.Refresh:
    try:
        return tokens.read_refresh_token(token)
    except tokens.TokenRefused:
        raise _ended() from None


def _live(session_id: ObjectId, now: datetime) -> tuple[Document, Document]:
    """The session and its user. Raise 401 where either is gone or the session has ended."""
    found = repository.session_with_user(session_id)
    if found is None or found[0]["revoked_at"] or found[0]["expires_at"] <= now:
        raise _ended()
    return found


def _end(session: Document, reason: str) -> None:
    def revoke(tx: Transaction) -> None:
        if repository.revoke_session(tx, session["_id"], clock.now(), reason):
            events.record(tx, "session.ended", actor=session["user_id"], subject=session["_id"], reason=reason)
            audit.record(tx, "session.end", actor=session["user_id"], target=session["_id"], reason=reason)

    mongo.transaction(revoke)


def _ended(code: str = "REFRESH_REFUSED") -> Unauthenticated:
    return Unauthenticated("This session has ended; sign in again", code=code)


def _tokens(user: Document, session: Document) -> Document:
    return {
        "access_token": tokens.access_token(user["_id"], Role(user["role"]), session["_id"]),
        "refresh_token": tokens.refresh_token(session["_id"], session["generation"]),
        "expires_in": settings().access_token_minutes * 60,
        "user": user,
    }
