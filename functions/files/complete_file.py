"""POST /files/{id}/complete"""

from typing import Annotated

from lms import mongo
from lms.caller import Caller, allowed
from lms.files import uploads
from lms.files.models import File
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/files/<id>/complete", enable_validation=False)
def complete_file(id: str, caller: Annotated[Caller, Depends(allowed("file.upload"))]) -> Response[File]:
    return shown(File, uploads.completed(caller, mongo.object_id(id)))
