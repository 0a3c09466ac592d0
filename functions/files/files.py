"""GET, POST /files"""

from typing import Annotated

from lms import rate_limits
from lms.caller import Caller, allowed
from lms.fields import Reference
from lms.files import listing, uploads
from lms.files.models import CreatedFile, File, NewFile
from lms.files.purposes import Purpose
from lms.files.states import FileStatus
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page
from lms.idempotency import Work, once_prepared
from lms.mongo import Transaction

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]


@app.post("/files", status_code=201)
def create(body: NewFile, caller: Annotated[Caller, Depends(allowed("file.upload"))]) -> Response[CreatedFile]:
    def prepare() -> Work:
        rate_limits.take(rate_limits.UPLOAD_BY_PERSON, str(caller.id))
        begin = uploads.prepare(caller, body)

        def work(tx: Transaction) -> Response[CreatedFile]:
            begun = begin(tx)
            return created(CreatedFile, begun, f"/files/{begun['file']['_id']}")

        return work

    return once_prepared(caller.id, prepare)


@app.get("/files", compress=True)
def list_files(
    caller: Annotated[Caller, Depends(allowed("file.read"))],
    purpose: Annotated[Purpose | None, Query()] = None,
    course_id: Annotated[Reference | None, Query()] = None,
    status: Annotated[FileStatus | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[File]]:
    rows = listing.page(caller, purpose, course_id, status, cursor, limit + 1)
    return page(rows, limit=limit, key=lambda row: str(row["_id"]))
