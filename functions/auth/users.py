"""GET /users"""

from typing import Annotated

from lms.auth import accounts
from lms.auth.models import User
from lms.caller import Caller, allowed
from lms.http import Cursor, Limit, Page, app, lambda_handler, page

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]


@app.get("/users", compress=True)
def list_users(
    caller: Annotated[Caller, Depends(allowed("account.list"))],
    email: Annotated[str, Query(max_length=254, description="what the address begins with")] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[User]]:
    users = accounts.accounts(email, cursor, limit + 1)
    return page(users, limit=limit, key=lambda user: user["email"])
