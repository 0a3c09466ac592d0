"""POST /notifications/ticket"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.http import app, lambda_handler, shown
from lms.notifications import tickets
from lms.notifications.models import Ticket

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/notifications/ticket", status_code=201, enable_validation=False)
def ticket(caller: Annotated[Caller, Depends(allowed("notification.connect"))]) -> Response[Ticket]:
    return shown(Ticket, tickets.issue(caller), status=201, **{"Cache-Control": "no-store"})
