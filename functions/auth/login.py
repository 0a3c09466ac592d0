"""POST /auth/login"""

from lms import rate_limits
from lms.auth import sessions
from lms.auth.models import Credentials, Tokens
from lms.http import app, lambda_handler, shown, source_address

from aws_lambda_powertools.event_handler import Response

__all__ = ["lambda_handler"]


@app.post("/auth/login")
def login(body: Credentials) -> Response[Tokens]:
    rate_limits.take(rate_limits.LOGIN_BY_ADDRESS, source_address())
    rate_limits.take(rate_limits.LOGIN_BY_ACCOUNT, body.email)
    return shown(Tokens, sessions.login(body))
