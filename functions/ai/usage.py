"""GET /ai/usage"""

from typing import Annotated, Literal

from lms.ai import usage
from lms.caller import Caller, allowed
from lms.fields import Reference
from lms.http import app, lambda_handler, shown
from lms.spending.models.usage import MonthlyUsage

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]


@app.get("/ai/usage", compress=True)
def get_usage(
    caller: Annotated[Caller, Depends(allowed("usage.read"))],
    scope: Literal["me", "user", "course", "platform"] = "me",
    id: Annotated[Reference | None, Query()] = None,
    month: Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = None,
) -> Response[MonthlyUsage]:
    """One's own; a course's for its editors; anybody's and the platform's for admins. ``id`` names the user or the
    course, ``month`` is e.g. 2026-11 (UTC), the present one unless it is named."""
    return shown(MonthlyUsage, usage.of(caller, scope, id, month))
