"""Who calls: read from what the authorizer hands on, and held against the permission table."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aws_lambda_powertools.event_handler import Request
from bson import ObjectId

from lms import clock
from lms.errors import Forbidden, Unauthenticated
from lms.permissions import GLOBAL, Role


class Caller(NamedTuple):
    id: ObjectId
    role: Role
    session_id: ObjectId


def caller(request: Request) -> Caller:
    """Raise 401 where the token was missing or bad, or has run out since the authorizer's answer was cached."""
    context = request.resolved_event.raw_event["requestContext"]
    claims = context.get("authorizer", {}).get("lambda") or {}
    if "sub" not in claims:
        raise Unauthenticated(code=claims.get("reason"), headers={"WWW-Authenticate": "Bearer"})
    if int(claims["exp"]) <= clock.now().timestamp():
        raise Unauthenticated(code="TOKEN_EXPIRED", headers={"WWW-Authenticate": "Bearer"})
    return Caller(ObjectId(claims["sub"]), _role(claims), ObjectId(claims["sid"]))


def _role(claims: Mapping[str, Any]) -> Role:
    """The role in the token, but for an admin's: what that one may do is too much to let a demotion wait."""
    role = Role(claims["role"])
    if role is not Role.ADMIN:
        return role
    from lms.auth import roles

    return roles.present(ObjectId(claims["sub"]))


def allowed(permission: str) -> Callable[[Request], Caller]:
    """The dependency for a handler that anyone with ``permission`` may call."""
    roles = GLOBAL[permission]

    def check(request: Request) -> Caller:
        who = caller(request)
        if who.role not in roles:
            raise Forbidden()
        return who

    check.__dict__["permission"] = permission
    return check
