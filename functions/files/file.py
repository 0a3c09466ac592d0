"""GET, DELETE /files/{id}"""

from typing import Annotated

from lms import mongo
from lms.caller import Caller, allowed
from lms.files import access, removal
from lms.files.models import File
from lms.http import app, if_match, lambda_handler, no_content, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/files/<id>", compress=True, enable_validation=False)
def read(id: str, caller: Annotated[Caller, Depends(allowed("file.read"))]) -> Response[File]:
    file = access.readable(caller, mongo.object_id(id))
    return shown(File, file, variant=access.variant(file))


@app.delete("/files/<id>", status_code=204, enable_validation=False)
def delete(id: str, caller: Annotated[Caller, Depends(allowed("file.upload"))]) -> Response[None]:
    removal.delete(caller, mongo.object_id(id), if_match())
    return no_content()
