"""PUT /reviews/{id}"""

from typing import Annotated

from lms.courses.access import CourseAccess
from lms.http import app, lambda_handler, required_if_match, shown
from lms.reviews import mine
from lms.reviews.access import of_review
from lms.reviews.models.review import GivenReview, MyReview

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.put("/reviews/<id>", compress=True)
def give_review(
    id: str, body: GivenReview, access: Annotated[CourseAccess, Depends(of_review("review.give"))]
) -> Response[MyReview]:
    """If-Match is required. May be said anew until the review is due."""
    return shown(MyReview, mine.save(access, body, required_if_match()))
