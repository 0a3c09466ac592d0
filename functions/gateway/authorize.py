"""The HTTP API's authorizer: says who calls, and leaves the refusal to the endpoint.

A denial here could carry no problem body and its cached answer would outlive the token, so it always allows and
hands on either the claims or the reason.
"""

from typing import Any

from lms.auth.tokens import TokenRefused, read_access_token

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return {"isAuthorized": True, "context": _who(event.get("headers", {}).get("authorization", ""))}


def _who(authorization: str) -> dict[str, Any]:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return {"reason": "TOKEN_INVALID"}
    try:
        claims = read_access_token(token.strip())
    except TokenRefused as refused:
        return {"reason": refused.reason}
    return {name: claims[name] for name in ("sub", "sid", "role", "exp")}
