"""GET /files/{id}/download"""

from typing import Annotated

from lms import mongo
from lms.caller import Caller, allowed
from lms.files import downloads
from lms.files.models import Download
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/files/<id>/download", enable_validation=False)
def download_file(id: str, caller: Annotated[Caller, Depends(allowed("file.read"))]) -> Response[Download]:
    return shown(Download, downloads.download(caller, mongo.object_id(id)))
