"""POST /jobs/{id}/retry"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.http import app, lambda_handler, shown
from lms.jobs import changes, jobs
from lms.jobs.models import Job

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/jobs/<id>/retry", enable_validation=False)
def retry_job(id: str, caller: Annotated[Caller, Depends(allowed("job.follow"))]) -> Response[Job]:
    return shown(Job, changes.retry(caller.id, jobs.visible_to(caller, id)))
