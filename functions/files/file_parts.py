"""GET /files/{id}/parts"""

from typing import Annotated

from lms import mongo
from lms.caller import Caller, allowed
from lms.files import uploads
from lms.files.models import Upload
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/files/<id>/parts", compress=True, enable_validation=False)
def resume_upload(id: str, caller: Annotated[Caller, Depends(allowed("file.upload"))]) -> Response[Upload]:
    return shown(Upload, uploads.resumed(caller, mongo.object_id(id)))
