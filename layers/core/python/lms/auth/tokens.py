"""Access tokens (JWT, RFC 7519, HS256 alone) and refresh tokens (a MAC over session and generation).

A refresh token is not stored: ``session.generation.kid.mac``. The next one follows from the session's
generation, so a client that lost an answer can be given the very same token again.
"""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any, NamedTuple

import jwt
from bson import ObjectId
from bson.errors import InvalidId

from lms import clock
from lms.config import key_ring, settings
from lms.permissions import Role

CLOCK_SKEW_SECONDS = 5
_CLAIMS = ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "sid", "role", "typ"]


class TokenRefused(Exception):
    """``reason`` is TOKEN_INVALID or TOKEN_EXPIRED."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refresh(NamedTuple):
    session_id: ObjectId
    generation: int


def access_token(user_id: ObjectId, role: Role, session_id: ObjectId) -> str:
    now = clock.now()
    claims = {
        "iss": settings().jwt_issuer,
        "aud": settings().jwt_audience,
        "typ": "access",
        "sub": str(user_id),
        "sid": str(session_id),
        "role": role,
        "jti": str(ObjectId()),
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=settings().access_token_minutes)).timestamp()),
    }
    kid = key_ring().current
    return jwt.encode(claims, key_ring().signing_key, algorithm="HS256", headers={"kid": kid})


def read_access_token(token: str) -> dict[str, Any]:
    """The claims of a token that this system signed, that is of the right type, and that is valid now."""
    try:
        key = key_ring().key(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            raise TokenRefused("TOKEN_INVALID")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            issuer=settings().jwt_issuer,
            audience=settings().jwt_audience,
            # Time is held against lms.clock below, not against the library's own clock.
            options={"require": _CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        raise TokenRefused("TOKEN_INVALID") from None
    _check_times(claims)
    return claims


def _check_times(claims: dict[str, Any]) -> None:
    now = clock.now().timestamp()
    if claims["typ"] != "access" or not all(isinstance(claims[name], int) for name in ("exp", "nbf", "iat")):
        raise TokenRefused("TOKEN_INVALID")
    if max(claims["nbf"], claims["iat"]) > now + CLOCK_SKEW_SECONDS:
        raise TokenRefused("TOKEN_INVALID")
    if claims["exp"] <= now:
        raise TokenRefused("TOKEN_EXPIRED")


def refresh_token(session_id: ObjectId, generation: int, kid: str | None = None) -> str:
    kid = kid or key_ring().current
    key = key_ring().key(kid)
    if key is None:
        raise TokenRefused("TOKEN_INVALID")
    signed = f"{session_id}.{generation}.{kid}"
    mac = hmac.digest(key, f"refresh {signed}".encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def read_refresh_token(token: str) -> Refresh:
    try:
        session, generation, kid, _ = token.split(".")
        found = Refresh(ObjectId(session), int(generation))
    except (ValueError, InvalidId):
        raise TokenRefused("TOKEN_INVALID") from None
    genuine = refresh_token(found.session_id, found.generation, kid)
    if not hmac.compare_digest(genuine.encode(), token.encode()):
        raise TokenRefused("TOKEN_INVALID")
    return found
