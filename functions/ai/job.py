"""GET /jobs/{id}"""

from typing import Annotated

from lms.ai.proposals.models.proposal import WholeJob
from lms.caller import Caller, allowed
from lms.http import app, lambda_handler, shown
from lms.jobs import jobs

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/jobs/<id>", compress=True, enable_validation=False)
def get_job(id: str, caller: Annotated[Caller, Depends(allowed("job.follow"))]) -> Response[WholeJob]:
    return shown(WholeJob, jobs.visible_to(caller, id))
