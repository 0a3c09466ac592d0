"""POST /jobs/{id}/apply"""

from typing import Annotated

from lms.ai.proposals import applying
from lms.ai.proposals.models.application import Application
from lms.ai.proposals.models.proposal import WholeJob
from lms.caller import Caller, allowed
from lms.http import app, if_match, lambda_handler, shown
from lms.idempotency import once

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/jobs/<id>/apply")
def apply_job(
    id: str, body: Application, caller: Annotated[Caller, Depends(allowed("job.follow"))]
) -> Response[WholeJob]:
    """``If-Match`` is the version of the lesson that an enhancement changes, as GET of the lesson gave it."""
    access, job_id = applying.enter(caller, id)
    return once(caller.id, lambda tx: shown(WholeJob, applying.apply(tx, access, job_id, body, if_match())))
