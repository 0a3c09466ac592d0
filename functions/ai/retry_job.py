"""POST /jobs/{id}/retry"""

from typing import Annotated

from lms import rate_limits
from lms.caller import Caller, allowed
from lms.http import app, lambda_handler, shown
from lms.jobs import changes, jobs
from lms.jobs.models import Job

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/jobs/<id>/retry", enable_validation=False)
def retry_job(id: str, caller: Annotated[Caller, Depends(allowed("job.follow"))]) -> Response[Job]:
    job = jobs.visible_to(caller, id)
    rate_limits.take(rate_limits.RETRY_BY_PERSON, str(caller.id))
    return shown(Job, changes.retry(caller.id, job))
