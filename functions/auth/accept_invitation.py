"""POST /invitations/{token}/accept"""

from typing import Annotated

from lms.auth import invitations
from lms.auth.models import Acceptance
from lms.caller import Caller, allowed
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/invitations/<token>/accept", enable_validation=False)
def accept_invitation(
    token: str, caller: Annotated[Caller, Depends(allowed("invitation.accept"))]
) -> Response[Acceptance]:
    return shown(Acceptance, invitations.accept(caller, token))
