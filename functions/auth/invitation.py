"""GET, DELETE /invitations/{token}"""

from typing import Annotated

from lms import rate_limits
from lms.auth import invitations
from lms.auth.models import Invitation
from lms.caller import Caller, allowed
from lms.http import app, lambda_handler, no_content, shown, source_address

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/invitations/<token>", enable_validation=False)
def read(token: str) -> Response[Invitation]:
    rate_limits.take(rate_limits.INVITATION_BY_ADDRESS, source_address())
    return shown(Invitation, invitations.read(token))


@app.delete("/invitations/<token>", status_code=204, enable_validation=False)
def withdraw_invitation(
    token: str, caller: Annotated[Caller, Depends(allowed("invitation.create"))]
) -> Response[None]:
    invitations.withdraw(caller, token)
    return no_content()
