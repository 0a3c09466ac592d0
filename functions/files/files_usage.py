"""GET /files/usage"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.fields import Reference
from lms.files import listing
from lms.files.models import StorageUsage
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]


@app.get("/files/usage")
def read_usage(
    caller: Annotated[Caller, Depends(allowed("file.read"))],
    course_id: Annotated[Reference | None, Query(description="a course that the caller edits")] = None,
) -> Response[StorageUsage]:
    return shown(StorageUsage, listing.usage(caller, course_id))
