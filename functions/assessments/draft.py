"""PUT, GET /assignments/{id}/draft"""

from typing import Annotated

from lms.assignments.access import of_assignment
from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, shown
from lms.submissions import drafts
from lms.submissions.models.draft import Draft, DraftBody, DraftReceipt

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.put("/assignments/<id>/draft")
def save_draft(
    id: str, body: DraftBody, access: Annotated[CourseAccess, Depends(of_assignment("submission.make"))]
) -> Response[DraftReceipt]:
    """A receipt is given only when the draft is safe; without one, send the same again."""
    return shown(DraftReceipt, drafts.save(access, body))


@app.get("/assignments/<id>/draft", compress=True, enable_validation=False)
def read_draft(
    id: str, access: Annotated[CourseAccess, Depends(of_assignment("submission.make"))]
) -> Response[Draft]:
    """The caller's own, or that of the caller's group; staff see none."""
    return shown(Draft, drafts.own(access))
