"""POST /questions/{id}/regrade"""

from typing import Annotated

from lms.attempts import regrading
from lms.attempts.models.regrading import Regrade, RegradeBody
from lms.courses.access import CourseAccess
from lms.http import app, if_match, lambda_handler, shown
from lms.quizzes.access import of_question

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]


@app.post("/questions/<id>/regrade")
def regrade(
    id: str,
    body: RegradeBody,
    access: Annotated[CourseAccess, Depends(of_question("question.edit"))],
    dry_run: Annotated[bool, Query()] = False,
) -> Response[Regrade]:
    """Corrects the results of all who were asked the question, at once or not at all; ``dry_run`` shows whose."""
    return shown(Regrade, regrading.regrade(access, body, if_match(), dry_run=dry_run))
