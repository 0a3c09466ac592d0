"""GET /attempts/{id}"""

from typing import Annotated

from lms.attempts import showing
from lms.attempts.access import of_attempt
from lms.attempts.models.attempt import Attempt
from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/attempts/<id>", compress=True, enable_validation=False)
def read(id: str, access: Annotated[CourseAccess, Depends(of_attempt("attempt.read"))]) -> Response[Attempt]:
    seen = showing.read(access)
    return shown(Attempt, seen, variant=showing.variant(seen))
