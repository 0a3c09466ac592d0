"""POST /auth/refresh"""

from lms import rate_limits
from lms.auth import sessions
from lms.auth.models import RefreshRequest, Tokens
from lms.http import app, lambda_handler, shown, source_address

from aws_lambda_powertools.event_handler import Response

__all__ = ["lambda_handler"]


@app.post("/auth/refresh")
def refresh(body: RefreshRequest) -> Response[Tokens]:
    rate_limits.take(rate_limits.REFRESH_BY_ADDRESS, source_address())
    return shown(Tokens, sessions.refresh(body.refresh_token))
