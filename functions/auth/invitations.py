"""POST /invitations"""

from typing import Annotated

from lms.auth import invitations
from lms.auth.models import CreatedInvitation, NewInvitation
from lms.caller import Caller, allowed
from lms.http import app, created, lambda_handler

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


# No answer is kept for an Idempotency-Key: it holds the token. A repetition makes a second invitation.
@app.post("/invitations", status_code=201)
def create(
    body: NewInvitation, caller: Annotated[Caller, Depends(allowed("invitation.create"))]
) -> Response[CreatedInvitation]:
    invitation = invitations.create(caller, body)
    return created(CreatedInvitation, invitation, f"/invitations/{invitation['token']}")
