"""GET /jobs"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.http import Cursor, Limit, Page, app, lambda_handler, page
from lms.jobs import jobs
from lms.jobs.models import Job

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/jobs", compress=True)
def list_jobs(
    caller: Annotated[Caller, Depends(allowed("job.follow"))], limit: Limit = 20, cursor: Cursor = None
) -> Response[Page[Job]]:
    return page(jobs.started_by(caller.id, cursor, limit + 1), limit=limit, key=lambda job: str(job["_id"]))
