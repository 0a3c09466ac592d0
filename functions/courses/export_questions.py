"""GET /courses/{id}/questions/export"""

from typing import Annotated

from lms.courses.access import CourseAccess, in_course
from lms.http import File, app, header, lambda_handler, shown
from lms.quizzes import transfer
from lms.quizzes.formats import Format
from lms.quizzes.models.files import FileReport

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]


_BYTES = {"schema": {"type": "string", "format": "binary"}}
_ANSWERS = {
    200: {
        "description": "The file, or the report",
        "content": {
            "application/xml": _BYTES,
            "text/plain": _BYTES,
            "application/zip": _BYTES,
            "application/json": {"model": FileReport},
        },
    }
}


@app.get("/courses/<id>/questions/export", compress=True, responses=_ANSWERS)
def export_questions(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("question.edit"))],
    format: Annotated[Format, Query()],
    pool: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    report: Annotated[bool, Query(description="what the file holds of each question, not the file")] = False,
) -> Response[FileReport | None]:
    """The file; with ``report=true`` a report of what it changes or leaves out."""
    made = transfer.export(access, format, pool)
    if report:
        return shown(FileReport, made.report)
    transfer.require_sendable(made, compressed="gzip" in header("Accept-Encoding"))
    return File(made.data, made.content_type, made.name)
