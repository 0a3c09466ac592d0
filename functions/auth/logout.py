"""POST /auth/logout"""

from lms.auth import sessions
from lms.auth.models import RefreshRequest
from lms.http import app, lambda_handler, no_content

from aws_lambda_powertools.event_handler import Response

__all__ = ["lambda_handler"]


@app.post("/auth/logout", status_code=204)
def logout(body: RefreshRequest) -> Response[None]:
    sessions.logout(body.refresh_token)
    return no_content()
