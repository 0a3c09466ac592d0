"""GET /courses/{id}/gradebook/export"""

from functools import partial
from typing import Annotated, Literal

from lms import http
from lms.courses.access import CourseAccess, in_course
from lms.gradebook import exports
from lms.http import File, app, header

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]

# Thousands of learners take seconds to read.
lambda_handler = partial(http.lambda_handler, mongodb_seconds=25)

_FILE = {"description": "The file", "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}


@app.get("/courses/<id>/gradebook/export", compress=True, responses={200: _FILE})
def export(
    id: str,
    access: Annotated[CourseAccess, Depends(in_course("gradebook.export"))],
    decimal: Annotated[
        Literal["point", "comma"], Query(description="comma: with semicolons between fields")
    ] = "point",
) -> Response[None]:
    """A row for each learner, as ``import`` takes it."""
    data = exports.csv(access, comma=decimal == "comma", compressed="gzip" in header("Accept-Encoding"))
    return File(data, "text/csv; charset=utf-8", f"gradebook-{id}.csv")
