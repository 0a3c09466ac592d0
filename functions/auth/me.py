"""GET /auth/me"""

from typing import Annotated

from lms.auth import accounts
from lms.auth.models import User
from lms.caller import Caller, allowed
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/auth/me", compress=True, enable_validation=False)
def me(caller: Annotated[Caller, Depends(allowed("account.read"))]) -> Response[User]:
    return shown(User, accounts.account(caller.id))
