"""GET /users/me/agenda"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.fields import Instant
from lms.http import app, lambda_handler, shown
from lms.progress import agenda
from lms.progress.models import Agenda

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]


@app.get("/users/me/agenda", compress=True)
def browse(
    caller: Annotated[Caller, Depends(allowed("course.list"))],
    first: Annotated[Instant | None, Query(alias="from", description="now where it is left out")] = None,
    last: Annotated[Instant | None, Query(alias="to", description="30 days later where it is left out")] = None,
) -> Response[Agenda]:
    return shown(Agenda, {"items": agenda.of(caller, first, last)})
