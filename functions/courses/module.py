"""PATCH, DELETE /courses/{id}/modules/{module_id}"""

from typing import Annotated

from lms import mongo
from lms.courses import outline
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.outline import Module, ModuleChange
from lms.http import app, if_match, lambda_handler, no_content, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.patch("/courses/<id>/modules/<module_id>")
def change(
    id: str, module_id: str, body: ModuleChange, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[Module]:
    return shown(Module, outline.change_module(access, mongo.object_id(module_id), body, if_match()))


@app.delete("/courses/<id>/modules/<module_id>", status_code=204, enable_validation=False)
def delete(
    id: str, module_id: str, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[None]:
    outline.delete_module(access, mongo.object_id(module_id), if_match())
    return no_content()
