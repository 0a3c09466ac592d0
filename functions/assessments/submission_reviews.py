"""GET /submissions/{id}/reviews"""

from typing import Annotated

from lms.courses.access import CourseAccess
from lms.http import Cursor, Limit, app, lambda_handler, page
from lms.quizzes import pages
from lms.reviews import received
from lms.reviews.models.review import ReceivedReviews
from lms.submissions.access import of_submission

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/submissions/<id>/reviews", compress=True)
def browse(
    id: str,
    access: Annotated[CourseAccess, Depends(of_submission("submission.read"))],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[ReceivedReviews]:
    """Peers' reviews, which never change a grade. Staff see who wrote them; authors see them without, once done and
    their grade is released."""
    found = received.Received(access, cursor)
    fitting = pages.fitting(map(received.size, found.rows[:limit]), limit)
    answer = page(found.rows, limit=fitting, key=lambda row: str(row["_id"]))
    answer.body = {**answer.body, **found.summary}
    return answer
