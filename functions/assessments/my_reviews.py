"""GET /users/me/reviews"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.http import Cursor, Limit, Page, app, lambda_handler, page
from lms.quizzes import pages
from lms.reviews import mine
from lms.reviews.models.review import MyReview

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/users/me/reviews", compress=True)
def browse(
    caller: Annotated[Caller, Depends(allowed("course.list"))], limit: Limit = 20, cursor: Cursor = None
) -> Response[Page[MyReview]]:
    """Others' works that the caller reviews, in all courses: what is to be done first."""
    reviews = mine.page(caller, cursor, limit + 1)
    fitting = pages.fitting(map(mine.size, reviews), limit)
    return page(reviews, limit=fitting, key=mine.place)
