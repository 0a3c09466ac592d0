"""POST /auth/register"""

from lms import rate_limits
from lms.auth import accounts
from lms.auth.models import Registered, Registration
from lms.http import app, lambda_handler, shown, source_address

from aws_lambda_powertools.event_handler import Response

__all__ = ["lambda_handler"]


@app.post("/auth/register", status_code=201)
def register(body: Registration) -> Response[Registered]:
    rate_limits.take(rate_limits.REGISTER_BY_ADDRESS, source_address())
    return shown(Registered, {"user": accounts.register(body)}, status=201)
