"""POST /courses/{id}/modules"""

from typing import Annotated

from lms.courses import outline
from lms.courses.access import CourseAccess, in_course
from lms.courses.models.outline import Module, NewModule
from lms.http import app, created, lambda_handler
from lms.idempotency import once
from lms.mongo import Transaction

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.post("/courses/<id>/modules", status_code=201)
def create(
    id: str, body: NewModule, access: Annotated[CourseAccess, Depends(in_course("course.edit"))]
) -> Response[Module]:
    def work(tx: Transaction) -> Response[Module]:
        module = outline.add_module(tx, access, body)
        return created(Module, module, f"/courses/{access.course_id}/modules/{module['_id']}")

    return once(access.caller.id, work)
